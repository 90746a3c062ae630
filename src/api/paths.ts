/** Our `{id}` and `{name}` in the router's own terms. */
export const toFastifyPath = (path: string): string =>
  path.replace('{id}', ':id(^[1-9]\\d{0,15}$)').replace('{name}', ':name')

const toPattern = (path: string): RegExp =>
  new RegExp(
    `^${path.replaceAll('.', '\\.').replace('{id}', '[1-9]\\d{0,15}').replace('{name}', '[^/]+')}$`,
  )

/** Tells the methods a path takes, as `Allow` lists them; undefined for a path there is none of. */
export function pathTable(
  routes: readonly { readonly method: string; readonly path: string }[],
): (path: string) => string | undefined {
  const methods = new Map<string, Set<string>>()
  for (const { method, path } of routes) {
    const known = methods.get(path) ?? new Set(['OPTIONS'])
    known.add(method)
    if (method === 'GET') known.add('HEAD')
    methods.set(path, known)
  }
  const table = [...methods].map(
    ([path, known]) => [toPattern(path), [...known].toSorted().join(', ')] as const,
  )
  return (path) => {
    // A slash that is encoded parts no segments, here as in the router.
    const decoded = decodeURIComponent(path.replaceAll(/%2f/gi, '%252F'))
    return table.find(([pattern]) => pattern.test(decoded))?.[1]
  }
}
