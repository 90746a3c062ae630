import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { ensureAccount } from '../../src/accounts/index.ts'
import { systemChance } from '../../src/kernel/index.ts'
import { addMonitor } from '../../src/monitors/index.ts'
import { bindAccount, type Db, openDatabase, openSealer } from '../../src/storage/index.ts'
import { npmStart } from '../support/npm-start.ts'
import { certificate, pemOf } from '../support/web/certificate.ts'

const ROOT = path.resolve(import.meta.dirname, '../..')
const CODE = path.join(ROOT, 'node_modules/.cache/node')

/** A child that says one line of JSON when it is there, and ends with the world. */
interface Child extends AsyncDisposable {
  readonly pid: number
  readonly said: Readonly<Record<string, number>>
}

async function start(script: string, args: readonly string[]): Promise<Child> {
  const child: ChildProcess = spawn(process.execPath, [path.join(ROOT, script), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(child.stdout!, 'data')) as [Buffer]
  return {
    pid: child.pid!,
    said: JSON.parse(line.toString().split('\n')[0]!) as Record<string, number>,
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

/** A folder, certificates, and a server to look at, all in processes of their own. */
export async function openWorld() {
  await using opened = new AsyncDisposableStack()
  const folder = await mkdtemp(path.join(tmpdir(), 'uptalk-bench-'))
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  const root = certificate({ name: 'Bench Root', authority: true })
  const leaf = certificate({ name: 'bench', names: ['127.0.0.1'], issuer: root })
  const file = (name: string) => path.join(folder, name)
  await writeFile(file('root.pem'), root.cert)
  await writeFile(file('leaf.pem'), leaf.cert)
  await writeFile(file('leaf.key'), pemOf(leaf.key))
  const target = opened.use(
    await start('test/bench/target.ts', [file('leaf.key'), file('leaf.pem')]),
  )
  const { port = 0, tlsPort = 0 } = target.said
  const kept = opened.move()
  let databases = 0

  return {
    port,
    tlsPort,
    bare: (kind: 'http' | 'https', rate: number) =>
      start('test/bench/bare.ts', [
        kind,
        String(kind === 'http' ? port : tlsPort),
        String(rate),
        file('root.pem'),
      ]),
    bareApi: (database: string) => start('test/bench/bare-api.ts', [database]),
    bareChat: (args: readonly string[]) => start('test/bench/bare-chat.ts', args),
    /** A path for a file that goes with the world. */
    file,
    /** Runs `uptalk …` as npm does, and ends with it; null: a program that does nothing. */
    async terminal(database: string, args: readonly string[] | null): Promise<void> {
      const script = [path.join(ROOT, 'bots/terminal/main.ts'), ...(args ?? [])]
      const child = spawn(process.execPath, args === null ? ['-e', ''] : script, {
        cwd: folder,
        env: {
          PATH: process.env['PATH'],
          DATABASE_PATH: database,
          NODE_COMPILE_CACHE: CODE,
        },
        stdio: 'ignore',
      })
      const [code] = (await once(child, 'exit')) as [number]
      if (code !== 0) throw new Error(`uptalk ${String(args)} ended with ${code}`)
    },
    /** Uptalk itself, watching `monitors` and what `fill` adds. Ready when this resolves. */
    async uptalk(
      monitors: readonly Readonly<Record<string, unknown>>[],
      {
        fill = async () => {},
        env = {},
      }: {
        readonly fill?: (db: Db, file: string) => Promise<void>
        readonly env?: Readonly<Record<string, string>>
      } = {},
    ) {
      databases += 1
      const database = file(`bench-${databases}.db`)
      const db = await openDatabase(database)
      const { id } = await ensureAccount(db, Date.now(), 'business')
      const sealer = await openSealer(db, database, undefined, systemChance)
      const limits = { plan: 'business', monitors: null, minIntervalSeconds: 10 }
      const by = { type: 'cli', name: 'bench' } as const
      for (const monitor of monitors)
        await addMonitor(
          bindAccount(db, id),
          { now: Date.now(), by, sealer, limits },
          { type: 'HTTP', ...monitor },
        )
      await fill(db, database)
      await db.destroy()
      const npm = npmStart()
      const child = spawn(process.execPath, [...npm.flags, path.join(ROOT, 'src/main.ts')], {
        cwd: folder,
        env: {
          PATH: process.env['PATH'],
          ...npm.env,
          NODE_COMPILE_CACHE: CODE,
          PORT: '0',
          DATABASE_PATH: database,
          CANARY_HOSTS: '',
          NODE_EXTRA_CA_CERTS: file('root.pem'),
          ...env,
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      let log = ''
      child.stdout.on('data', (text: Buffer) => (log += text.toString()))
      const ready = () => /"url":"http:\/\/[^"]*:(\d+)".*"ready"/.exec(log)?.[1]
      while (ready() === undefined && child.exitCode === null) await wait(20)
      const apiPort = Number(ready())
      child.stdout.removeAllListeners('data').resume()
      return {
        pid: child.pid!,
        port: apiPort,
        database,
        async [Symbol.asyncDispose]() {
          child.kill('SIGTERM')
          await once(child, 'exit')
        },
      }
    },
    /** When the target was asked for what, since this was asked last. */
    async seen(): Promise<Readonly<Record<string, readonly number[]>>> {
      const answer = await fetch(`http://127.0.0.1:${port}/seen`)
      return (await answer.json()) as Record<string, number[]>
    },
    [Symbol.asyncDispose]: () => kept[Symbol.asyncDispose](),
  }
}

export type World = Awaited<ReturnType<typeof openWorld>>
