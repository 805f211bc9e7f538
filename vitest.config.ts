import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { HANGS_AFTER_MS } from './test/patience.ts'

/** Tests that need more than Node: QEMU, the guest's compiler, a browser. `.ci/run` runs them apart. */
export const withTools = '**/*.{qemu,guest,browser}.test.ts'

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', 'guest/build/**', withTools],
    setupFiles: ['test/fuzz-seed.ts', 'test/equal-bytes.ts', 'test/dropped-machines.ts'],
    testTimeout: HANGS_AFTER_MS,
    hookTimeout: HANGS_AFTER_MS,
    expect: { poll: { timeout: HANGS_AFTER_MS } },
    maxWorkers: availableParallelism(),
  },
})
