import { holdDatabase } from '../../src/storage/index.ts'

// A process that watches on a database until it is killed. Held on to: collected, it would let go.
const hold = holdDatabase(process.argv[2]!)
process.on('message', () => hold)
process.send?.('held')
