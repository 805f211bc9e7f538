import { defineConfig } from 'vitest/config'

/** Tests that need more than Node: QEMU, the guest's compiler, a browser. `.ci/run` runs them apart. */
export const withTools = '**/*.{qemu,guest,browser}.test.ts'

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', 'guest/build/**', withTools],
    setupFiles: ['test/fuzz-seed.ts', 'test/equal-bytes.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
})
