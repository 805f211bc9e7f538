// Memory that runs out in the middle of a system call, at each of its allocations in turn. The debug kernel
// refuses the frame that a program names, and panics where a frame that passes for empty is not
// (guest/kernel/memory/frames_debug.c).

import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { Config } from '../configs/config.ts'
import memv6 from '../configs/memv6.ts'
import { image } from '../guest/images.ts'
import { disk } from '../guest/mkfs.ts'
import { kernelCoverage } from '../harness/coverage/kernel.ts'
import { openView } from '../harness/view/view.ts'
import { openMachine } from '../machine/open.ts'
import { cycles } from '../machine/units.ts'

const debug: Config = { ...memv6, kernel: () => image('kernel-debug') }
const LIMIT_CYCLES = 100e9

/** What programs print on the debug kernel, or what ended the machine instead; backups are sound after each. */
async function printedBy(...lines: string[]): Promise<string> {
  const starve = { path: 'starve', bytes: (await image('debug/starve')).bytes }
  await using machine = await openMachine({
    firmware: (await debug.firmware()).bytes,
    kernel: (await debug.kernel()).bytes,
    bootargs: 'seed=1',
    banks: debug.banks,
    disk: await disk([starve]),
    harts: 1,
    profile: 'flat',
  })
  for (const line of ['', ...lines]) {
    if (line !== '') machine.console.type(`${line}\n`)
    const deadline = cycles(machine.now() + LIMIT_CYCLES)
    const stop = await machine.run({ text: /(?:^|\n)\$ $/, deadline })
    if (stop.kind !== 'text') return `${stop.kind}\n${machine.console.transcript.slice(-2000)}`
    const { violations } = await kernelCoverage(await openView(machine, debug))
    expect(violations, line).toEqual([])
  }
  return machine.console.transcript.replaceAll('\r', '')
}

test('leaves no call half done: nothing leaks, nothing is lost, and what passes for empty is', async () => {
  const said = await printedBy('starve')
  expect(said.match(/.*WRONG.*/g)).toBeNull()
  expect(said).toMatch(/\nALL CALLS HELD\n\$ $/)
  const held = [...said.matchAll(/^ ?((\w+).*): held, (\d+) frames$/gm)]
  const frames = new Map(held.map(([, name, , n]) => [name, Number(n)]))
  for (const name of ['fork', 'exec', 'exec up to a stretch', 'sbrk', 'pipe', 'read', 'wait']) {
    expect(frames.get(name), name).toBeGreaterThan(4)
  }
  const tried = new Set(held.map(([, , call]) => call))
  const abi = await readFile(new URL('../guest/include/abi.h', import.meta.url), 'utf8')
  const calls = [...abi.matchAll(/^#define SYS_(\w+)/gm)].map(([, name]) => name)
  // Each child of starve ends by exit; power_off takes nothing and does not come back.
  expect(calls.filter((name) => !tried.has(name))).toEqual(['exit', 'power_off'])
})

test('is not what usertests needs to pass: with every frame watched it finds nothing', async () => {
  const said = await printedBy('usertests fork', 'usertests')
  expect(said.match(/.*(?:FAILED|wrong).*/g)).toBeNull()
  expect(said).toMatch(/\nALL TESTS PASSED\n\$ $/)
})
