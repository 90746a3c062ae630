import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

const ROOT = path.resolve(import.meta.dirname, '../..')
const PATIENCE_MS = 20_000

/** A folder that goes when the test ends. */
export async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'uptalk-'))
  return {
    path: folder,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

/** A program of ours in a process of its own, with all it says. */
export class Program implements AsyncDisposable {
  readonly #child: ChildProcess
  readonly #exit: Promise<number | string>
  #said = ''
  #complained = ''
  readonly #watchers = new Set<() => void>()

  private constructor(child: ChildProcess) {
    this.#child = child
    this.#exit = once(child, 'close').then(([code, signal]) => (code ?? signal) as number | string)
    child.stdout?.on('data', (text: Buffer) => {
      this.#said += text.toString()
      for (const look of this.#watchers) look()
    })
    child.stderr?.on('data', (text: Buffer) => {
      this.#complained += text.toString()
    })
  }

  /** Nothing of this machine's own settings gets in. */
  static start(script: string, args: readonly string[], env: Record<string, string>): Program {
    const { PATH, HOME } = process.env
    return new Program(
      spawn(process.execPath, [path.join(ROOT, script), ...args], {
        cwd: env['FOLDER'] ?? ROOT,
        env: { PATH, HOME, ...env },
        stdio: ['pipe', 'pipe', 'pipe'],
      }),
    )
  }

  get said(): string {
    return this.#said
  }

  get complained(): string {
    return this.#complained
  }

  get pid(): number {
    return this.#child.pid ?? 0
  }

  /** How often `pattern` was said. */
  count(pattern: string): number {
    return this.#said.split(pattern).length - 1
  }

  /** Resolves with what `pattern` finds in all that was said. */
  hears(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(this.#said)
        if (found === null) return
        end()
        resolve(found)
      }
      const fail = (why: string) => {
        end()
        reject(new Error(`${why} ${String(pattern)}\n${this.#said}\n${this.#complained}`))
      }
      const timer = setTimeout(() => fail('never said'), PATIENCE_MS)
      const end = () => {
        clearTimeout(timer)
        this.#watchers.delete(look)
      }
      this.#watchers.add(look)
      void this.#exit.then(() => fail('ended without saying'))
      look()
    })
  }

  type(line: string): void {
    this.#child.stdin?.write(`${line}\n`)
  }

  /** Nobody reads what it says any more. */
  deafen(): void {
    this.#child.stdout?.destroy()
    this.#child.stderr?.destroy()
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  /** The exit code, or the signal that ended it. */
  ended(): Promise<number | string> {
    return this.#exit
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill('SIGKILL')
    await this.#exit
  }
}
