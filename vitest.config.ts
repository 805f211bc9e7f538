import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { HANGS_AFTER_MS } from './test/patience.ts'

/** Tests that need more than Node: QEMU, the guest's compiler, a browser. `.ci/run` runs them apart. */
export const withTools = '**/*.{qemu,guest,browser}.test.ts'

/** Tests of the product from outside start processes, send signals and set what the process has one of. */
const fromOutside = ['test/**/*.test.ts', 'cli/**/*.test.ts']
const elsewhere = ['**/node_modules/**', 'guest/build/**', withTools]

export default defineConfig({
  test: {
    setupFiles: ['test/fuzz-seed.ts', 'test/equal-bytes.ts', 'test/dropped-machines.ts'],
    testTimeout: HANGS_AFTER_MS,
    hookTimeout: HANGS_AFTER_MS,
    expect: { poll: { timeout: HANGS_AFTER_MS } },
    maxWorkers: availableParallelism(),
    projects: [
      { extends: true, test: { name: 'outside', include: fromOutside, exclude: elsewhere } },
      {
        // One worker runs file after file: what they import, and V8's code for it, is made once.
        extends: true,
        test: {
          name: 'inside',
          include: ['**/*.test.ts'],
          exclude: [...elsewhere, ...fromOutside],
          isolate: false,
        },
      },
    ],
  },
})
