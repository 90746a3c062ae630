import { holdDatabase } from '../../src/storage/index.ts'

// A process that watches on a database until it is killed.
holdDatabase(process.argv[2]!)
process.send?.('held')
process.on('message', () => {})
