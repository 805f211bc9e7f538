// Of a kernel on the real machine: a fake one has no modes.

import { beforeAll, describe, expect, it } from 'vitest'
import none from '../configs/none.ts'
import type { Machine } from '../machine/machine.ts'
import { openMachine } from '../machine/open.ts'
import { cycles } from '../machine/units.ts'
import { Computer, specFor } from './computer.ts'
import { Conversation } from './conversation.ts'
import { Patrol } from './patrol.ts'
import { realParts } from './real-parts.ts'

const LINE = 'cat README | wc'
let computer: Computer

beforeAll(async () => {
  computer = new Computer(realParts, await specFor(none, realParts, { seed: 1, profile: 'flat' }))
  return () => computer[Symbol.asyncDispose]()
})

/** Carries out LINE from the first prompt; what was said, and where it looked. */
async function carriedOut(shares: readonly number[], busyCycles = 0) {
  const machine = await computer.atPrompt()
  const { busy: from } = await machine.counters()
  const looks: { busy: number; privilege: string }[] = []
  const patrol = new Patrol(machine, async () => {
    const [{ busy }, { privilege }] = await Promise.all([machine.counters(), machine.registers(0)])
    looks.push({ busy: busy - from, privilege })
  })
  patrol.watch(shares.map((share) => from + Math.floor(share * busyCycles)))
  const around = { probes: [], live: false, hz: 1e9, check: async () => {}, through: patrol }
  const said = await new Conversation(machine, around).command(LINE)
  const { busy } = await machine.counters()
  return { said, looks, busy: busy - from, digest: await machine.digest() }
}

describe('a patrol', () => {
  it('changes nothing, and looks in user mode at its moments or soon after', async () => {
    const alone = await carriedOut([])
    const shares = [0.9, 0.1, 0.5, 0.2, 0.7]
    const { looks, ...watched } = await carriedOut(shares, alone.busy)
    expect({ ...watched, looks: [] }).toEqual(alone)
    expect(new Set(looks.map(({ privilege }) => privilege))).toEqual(new Set(['U']))
    const sorted = shares.toSorted((a, b) => a - b)
    expect(looks).toHaveLength(sorted.length)
    for (const [n, share] of sorted.entries()) {
      expect(looks[n]!.busy).toBeGreaterThanOrEqual(Math.floor(share * alone.busy))
    }
  })

  it('looks at one return once, however many moments lie before it', async () => {
    const { looks } = await carriedOut([0, 0, 0])
    expect(looks).toHaveLength(1)
  })

  it('gives the stop of a run that ends before its moment', async () => {
    const machine: Machine = await openMachine(
      await specFor(none, realParts, { seed: 1, profile: 'flat' }),
    )
    const patrol = new Patrol(machine, () => Promise.reject(new Error('looked too early')))
    patrol.watch([1e12])
    expect(await patrol.run({ deadline: cycles(1000) })).toEqual({ kind: 'deadline' })
    expect(machine.now()).toBe(1000)
    const stop = await patrol.run({ text: /\n\$ $/, deadline: cycles(1e9) })
    expect(stop.kind).toBe('text')
    expect(machine.console.transcript.endsWith('\n$ ')).toBe(true)
    machine.console.type('x')
    const echo = await patrol.run({ text: /\$ x$/, heard: '$ ', deadline: cycles(2e9) })
    expect(echo.kind === 'text' && echo.match[0]).toBe('$ x')
  })
})
