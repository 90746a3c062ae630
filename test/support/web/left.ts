const KINDS = new Set(['TCPSocketWrap', 'UDPWrap'])

/** Throws where a test left a socket of this process behind, its own or that of what it tried. */
export async function noSocketLeft(): Promise<void> {
  // What was closed in this turn is gone after the next.
  await new Promise<void>((resolve) => {
    setImmediate(() => setImmediate(resolve))
  })
  const left = process.getActiveResourcesInfo().filter((it) => KINDS.has(it))
  if (left.length > 0) throw new Error(`left open: ${left.join(', ')}`)
}
