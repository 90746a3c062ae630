import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'threads',
    isolate: false, // one module graph: files share loaded code, never data
    experimental: { viteModuleRunner: false }, // Node loads the very files that ship
    testTimeout: 5_000, // a test that needs longer waits for something it should be handed
  },
})
