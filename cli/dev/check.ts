// check: types, lint and formatting, and the tests of the house and its words. Prints what each said if it
// failed.

import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'

const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))))

const STEPS: readonly (readonly [name: string, program: string, ...args: string[]])[] = [
  ['types', 'node_modules/typescript/bin/tsc', '--noEmit', '-p', '.'],
  ['lint', 'node_modules/@biomejs/biome/bin/biome', 'check', '.'],
  ['house', 'node_modules/vitest/vitest.mjs', 'run', 'test/house.test.ts', 'test/words.test.ts'],
]

for (const [name, program, ...args] of STEPS) {
  const { exitCode, all } = await execa(process.execPath, [program, ...args], {
    cwd: project,
    all: true,
    reject: false,
  })
  process.stdout.write(`${exitCode === 0 ? 'ok    ' : 'failed'} ${name}\n`)
  if (exitCode !== 0) {
    process.stdout.write(`${all}\n`)
    process.exitCode = 1
  }
}
