import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { calledAs, quoted } from './called-as.ts'

describe('a command to paste', () => {
  it.each([
    ['/home/a/mirrorbench', '/home/a/mirrorbench', 'npm run -s mirrorbench -- list'],
    ['/home/a/mirrorbench', '/home/a/mirrorbench/docs', 'npm run -s mirrorbench -- list'],
    ['/home/a/mirrorbench', '/home/a', 'node /home/a/mirrorbench/cli/launch.js list'],
    ['/home/a/mirrorbench', '/home/a/..mirrors', 'node /home/a/mirrorbench/cli/launch.js list'],
    ['/home/a b/m', '/tmp', "node '/home/a b/m/cli/launch.js' list"],
    ['/home/a/x/node_modules/mirrorbench', '/home/a/x', 'npx mirrorbench list'],
  ])('of a program in %s for a user in %s is %s', (project, cwd, command) => {
    expect(calledAs(['list'], { project, cwd })).toBe(command)
  })

  const shellless = process.platform === 'win32'
  const without = shellless ? ' (skipped: Windows has no sh to paste into)' : ''
  it.skipIf(shellless)(`keeps every word as it is${without}`, () => {
    const word = fc.string({
      unit: fc.integer({ min: 1, max: 0x7f }).map((n) => String.fromCharCode(n)),
    })
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), (words) => {
        const script = `printf '%s\\0' ${words.map(quoted).join(' ')}`
        const said = execFileSync('sh', ['-c', script], { encoding: 'utf8' })
        return said === words.map((one) => `${one}\0`).join('')
      }),
      { numRuns: 50 },
    )
  })
})
