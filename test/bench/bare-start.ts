import { fastify } from 'fastify'

/** The least a start could take: a server that listens. */
await fastify().listen({ port: 0, host: '127.0.0.1' })
process.stdout.write('{}\n')
