import { defineConfig } from 'vitest/config'
import { withTools } from './vitest.config.ts'

export default defineConfig({
  test: {
    include: [withTools],
    exclude: ['**/node_modules/**', 'guest/build/**'],
    setupFiles: ['test/fuzz-seed.ts', 'test/equal-bytes.ts'],
    testTimeout: 180_000,
    maxWorkers: 2,
  },
})
