import { exitFor } from './exits.ts'
import type { TerminalIo } from './io.ts'
import { buildProgram } from './program.ts'

/** Runs one command line and answers its exit code. */
export async function runTerminal(io: TerminalIo): Promise<number> {
  let code = 0
  const program = buildProgram(io, (it) => {
    code = it
  })
  try {
    await program.parseAsync([...io.args], { from: 'user' })
    return code
  } catch (error) {
    const exit = exitFor(error)
    if (exit.says !== null) io.err.write(`${exit.says}\n`)
    return exit.code
  }
}
