const PARAMETER = /\{([a-z]+)\}/g

/** Our `{id}` and words such as `{name}`, which stand for any one segment, in the router's own terms. */
export const toFastifyPath = (path: string): string =>
  path.replace('{id}', ':id(^[1-9]\\d{0,15}$)').replaceAll(PARAMETER, ':$1')

const toPattern = (path: string): RegExp =>
  new RegExp(
    `^${path.replaceAll('.', '\\.').replace('{id}', '[1-9]\\d{0,15}').replaceAll(PARAMETER, '[^/]+')}$`,
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
