const LONGEST_NAME = 253
const LONGEST_LABEL = 63

/** Whether DNS could know the name: its parts are there and not too long. A dot at the end is none. */
export function canResolve(hostname: string): boolean {
  if (hostname.startsWith('[')) return true
  const name = hostname.replace(/\.$/, '')
  const labels = name.split('.')
  return (
    name.length <= LONGEST_NAME &&
    labels.every(({ length }) => length > 0 && length <= LONGEST_LABEL)
  )
}
