import { defineConfig } from 'vitest/config'
import { HANGS_AFTER_MS } from './test/patience.ts'
import { withTools } from './vitest.config.ts'

export default defineConfig({
  test: {
    include: [withTools],
    exclude: ['**/node_modules/**', 'guest/build/**'],
    setupFiles: ['test/fuzz-seed.ts', 'test/equal-bytes.ts', 'test/dropped-machines.ts'],
    testTimeout: HANGS_AFTER_MS,
    hookTimeout: HANGS_AFTER_MS,
    expect: { poll: { timeout: HANGS_AFTER_MS } },
    maxWorkers: 2,
  },
})
