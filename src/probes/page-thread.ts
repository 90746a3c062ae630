import { parentPort, workerData } from 'node:worker_threads'
import { type Asked, judgePage, type Read } from './page-verdict.ts'

const { read, asked } = workerData as { readonly read: Read; readonly asked: Asked }
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
parentPort?.postMessage(judgePage(read, asked) ?? null)
