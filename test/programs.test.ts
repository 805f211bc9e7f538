// The user programs on the machine, under the three configs of the thesis: usertests finds nothing, and the shell does what
// its grammar says.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Config } from '../configs/config.ts'
import memv6 from '../configs/memv6.ts'
import memvisor from '../configs/memvisor.ts'
import none from '../configs/none.ts'
import { image } from '../guest/images.ts'
import { type DiskFile, disk } from '../guest/mkfs.ts'
import { specFor } from '../harness/computer.ts'
import { realParts } from '../harness/real-parts.ts'
import type { Machine } from '../machine/machine.ts'
import { cycles } from '../machine/units.ts'

const PROMPT = /(?:^|\n)\$ $/
/** Twenty times what usertests needs under Memvisor. */
const LIMIT_CYCLES = 100e9

interface Boot {
  readonly seed?: number
  readonly profile?: string
  /** Files beside those of every disk. */
  readonly more?: readonly DiskFile[]
}

/** Boots as the harness does: with a network card, whose driver has a part in what memory is free. */
async function boot(
  config: Config,
  { seed = 0, profile = 'flat', more }: Boot = {},
): Promise<Machine> {
  const spec = await specFor(config, realParts, { seed, profile })
  const machine = await realParts.open(more ? { ...spec, disk: await disk(more) } : spec)
  await untilPrompt(machine)
  return machine
}

async function untilPrompt(machine: Machine): Promise<string> {
  const from = machine.console.transcript.length
  const deadline = cycles(machine.now() + LIMIT_CYCLES)
  const stop = await machine.run({ text: PROMPT, deadline })
  const heard = machine.console.transcript.slice(from)
  if (stop.kind !== 'text') throw new Error(`${stop.kind} after ${heard.slice(-2000)}`)
  return heard
}

/** What the line prints, without its echo and the prompt after it. */
async function says(machine: Machine, line: string): Promise<string> {
  machine.console.type(`${line}\n`)
  const heard = (await untilPrompt(machine)).replaceAll('\r', '')
  return heard.slice(heard.indexOf('\n') + 1).replace(/\$ $/, '')
}

describe.each([none, memv6, memvisor])('config $name', (config) => {
  test('usertests finds nothing, and nothing is lost: frames, backups, processes', async () => {
    await using machine = await boot(config)
    const before = await says(machine, 'free')
    const heard = await says(machine, 'usertests')
    expect(heard.match(/.*(?:FAILED|wrong).*/g)).toBeNull()
    expect(heard).toMatch(/\nALL TESTS PASSED\n$/)
    const counts = /^(?:frames|backups?|processes).*$/gm
    expect((await says(machine, 'free')).match(counts)).toEqual(before.match(counts))
  })
})

test('a sparse program gets as many pages as the originals last, or under memv6 the backup bank', async () => {
  const sparse = { path: 'sparse', bytes: (await image('debug/sparse')).bytes }
  const pages = []
  for (const config of [none, memvisor, memv6]) {
    await using machine = await boot(config, { more: [sparse] })
    const free = await says(machine, 'free')
    const left = (what: string) => Number(new RegExp(`${what} free (\\d+)`).exec(free)?.[1])
    const found = Number(/^sparse: (\d+) pages/.exec(await says(machine, 'sparse'))?.[1])
    pages.push(found)
    const bound = config === memv6 ? left('backups') / 3 : left('frames') / 2
    expect(found / bound, config.name).toBeGreaterThan(0.99)
    expect(found / bound, config.name).toBeLessThan(1)
  }
  expect(pages[1]).toBe(pages[0])
})

// The seed and the profile decide whether the kernel's first ticks fall before the program, into it or after it.
test.each(['flat', 'in-order'])(
  'the first program finds no leak, whatever the seed: %s',
  async (profile) => {
    for (let seed = 0; seed <= 5; seed++) {
      await using machine = await boot(none, { seed, profile })
      expect(await says(machine, 'usertests fork'), `seed ${seed}`).toBe(
        'test fork: ok\nALL TESTS PASSED\n',
      )
    }
  },
)

test('usertests notices what is wrong, what is leaked, and a name that is none', async () => {
  await using machine = await boot(none)
  expect(await says(machine, 'usertests no-such-test')).toMatch(/^usertests: no test no-such-test/)
  expect(await says(machine, 'usertests guard-wrong')).toBe(
    'guard-wrong: wrong: getpid() == 0\ntest guard-wrong: FAILED\n1 OF 1 TESTS FAILED\n',
  )
  expect(await says(machine, 'usertests guard-leak')).toMatch(
    /^test guard-leak: ok\ntest guard-leak: FAILED: \d+ frames free before, \d+ after\n/,
  )
})

/** Lines typed one after the other into one shell, and what each prints. */
const SHELL: readonly (readonly [line: string, prints: string | RegExp])[] = [
  ['', ''],
  ['   ', ''],
  ['# a comment', ''],
  ['echo a  b', 'a b\n'],
  ['echo a; echo b', 'a\nb\n'],
  ['echo a;', 'a\n'],
  ['echo one > f', ''],
  ['echo two >> f; cat f', 'one\ntwo\n'],
  ['cat < f | wc', '2 2 8 \n'],
  ['wc<f>g;cat g', '2 2 8 \n'],
  ['echo x | cat | cat | cat', 'x\n'],
  ['(echo a; echo b) | wc', '2 2 4 \n'],
  ['(echo a; (echo b; echo c)) > g; wc g', '3 3 6 g\n'],
  ['mkdir d; cd d; echo in > d1; cd ..; cat d/d1', 'in\n'],
  ['cd d', ''],
  ['ls', /^\. +1 \d+ \d+\n\.\. +1 1 \d+\nd1 +2 \d+ 3\n$/],
  ['cd', ''],
  ['rm d', 'rm: d failed to delete\n'],
  ['(cd d; cat d1; (cd ..; cat d/d1)); cat d/d1', 'in\nin\nin\n'],
  ['(cd d) | cat; cat d/d1', 'in\n'],
  ['cd nowhere', 'cannot cd nowhere\n'],
  ['nothing', 'exec nothing failed\n'],
  ['cat nothing', 'cat: cannot open nothing\n'],
  ['cat < nothing', 'open nothing failed\n'],
  ['; ; echo b', 'b\n'],
  ['& echo b', 'syntax: missing command\n'],
  ['| wc', 'syntax: missing command\n'],
  ['echo |', 'syntax: missing command\n'],
  ['echo >', 'syntax: missing file for redirection\n'],
  ['(echo a', 'syntax: missing )\n'],
  ['echo a)', 'syntax: leftovers\n'],
  ['()', ''],
  [`${'('.repeat(100)}echo`, 'syntax: too many groups within groups\n'],
  ['a;'.repeat(60), 'syntax: line too complex\n'],
  [`echo ${'a '.repeat(40)}`, 'syntax: too many arguments\n'],
  ['x'.repeat(300), /sh: line too long\n$|^$/],
  ['echo still here', 'still here\n'],
  ['echo echo from a script > s; echo cd d >> s; echo ls d1 >> s', ''],
  ['sh s', /^from a script\nd1 +2 \d+ 3\n$/],
  ['sh nothing', 'sh: cannot open nothing\n'],
  ['grep ^o f', 'one\n'],
  ['grep w.$ f', 'two\n'],
  ['grep on*e$ f', 'one\n'],
  ['grep .* f | wc', '2 2 8 \n'],
  ['grep ^$ f', ''],
  ['ln f h; rm f; cat h; ls f', 'one\ntwo\nls: cannot open f\n'],
  ['kill 12345', 'kill: no process 12345\n'],
  ['zombie', ''],
  ['forktest', 'fork test\nfork test OK\n'],
  ['stressfs', /^stressfs starting\n(?:write \d\n|read\n){10}$/],
  ['micro syscall 3', 'micro syscall 3 ok\n'],
  ['micro nothing', /^usage: micro/],
  ['micro syscall 0', /^usage: micro/],
  ['space exec 204800', 'space exec 204800 ok\n'],
  ['space exec', /^usage: space/],
]

test('the shell', async () => {
  await using machine = await boot(none)
  for (const [line, prints] of SHELL) {
    const heard = await says(machine, line)
    if (typeof prints === 'string') expect(heard, line).toBe(prints)
    else expect(heard, line).toMatch(prints)
  }
})

test('the shell comes back from any line, and is the same shell', async () => {
  await using machine = await boot(none)
  await says(machine, 'mkdir fuzz; cd fuzz') // where no line can write over a program
  // Among the words is no command that would wait for the console.
  const piece = fc.constantFrom(...'|;&()<>', '>>', ' ', 'echo', 'x', 'rm', '..', '\t')
  const line = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''))
  const property = fc.asyncProperty(line, async (text) => {
    await says(machine, text)
  })
  await fc.assert(property, { numRuns: 400, seed: 1 })
  await says(machine, 'cd /')
  await says(machine, 'zombie') // sleeps: what runs in the background comes to its end
  expect(await says(machine, 'echo still here')).toBe('still here\n')
  const [, processes] = /processes (\d+)/.exec(await says(machine, 'free')) ?? []
  expect(processes).toBe('3')
})

test('micro and space make their marks in pairs, as often as they are told', async () => {
  await using machine = await boot(none)
  const numbers = { syscall: 1, fork: 2, 'page-fault': 3, switch: 4, pipe: 5, exec: 8, wait: 9 }
  for (const [name, region] of Object.entries(numbers)) {
    machine.takeMarks()
    expect(await says(machine, `micro ${name} 7`)).toBe(`micro ${name} 7 ok\n`)
    const { marks, lost } = machine.takeMarks()
    const pairs = Array.from({ length: 7 }, () => [2 * region, 2 * region + 1]).flat()
    expect(marks.map((mark) => mark.n)).toEqual(pairs)
    expect(lost).toBe(0)
  }
  for (const how of ['sbrk', 'fork', 'exec']) {
    machine.takeMarks()
    expect(await says(machine, `space ${how} 65536`)).toBe(`space ${how} 65536 ok\n`)
    expect(machine.takeMarks().marks.map((mark) => mark.n)).toEqual([12, 13])
  }
})

test('poweroff ends the machine with its code', async () => {
  await using machine = await boot(none)
  machine.console.type('poweroff 42\n')
  const stop = await machine.run({ deadline: cycles(machine.now() + 1e9) })
  expect(stop).toEqual({ kind: 'power-off', code: 42 })
})
