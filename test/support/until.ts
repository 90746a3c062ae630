/** Asks again until the answer is yes, letting sockets and timers run in between. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 4000
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`never came true: ${what}`)
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
  }
}
