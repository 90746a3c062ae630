#!/usr/bin/env node
import process from 'node:process'
import { runTerminal } from './run.ts'

// Whoever reads may have seen enough (`uptalk list | head`).
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) =>
  process.exit(code === 'EPIPE' ? 0 : 70),
)

process.exitCode = await runTerminal({
  args: process.argv.slice(2),
  env: process.env,
  folder: process.cwd(),
  in: process.stdin,
  out: process.stdout,
  err: process.stderr,
})
