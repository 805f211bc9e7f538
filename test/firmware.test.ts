// The firmware on the machine: a payload asks it everything that an SBI answers (guest/firmware/check.c), and
// another looks at what it finds (guest/firmware/state.c).

import { expect, test } from 'vitest'
import { image } from '../guest/images.ts'
import { openMachine } from '../machine/open.ts'
import { cycles } from '../machine/units.ts'
import { STATE, stateIn } from './firmware-state.fixture.ts'

const SECONDS = 1e9

/** Checks with other harts: starting and stopping each, calling it, and fences on it. */
test.each([
  [1, 59],
  [2, 84],
  [4, 134],
])('with %i harts it answers every SBI call as specified', async (harts, right) => {
  await using machine = await openMachine({
    firmware: (await image('firmware')).bytes,
    kernel: (await image('firmware-check')).bytes,
    banks: [{ bytes: 2 ** 24, role: 'original' }],
    harts,
    profile: 'flat',
  })
  const stop = await machine.run({ deadline: cycles(5 * SECONDS) })
  expect(machine.console.transcript.replaceAll('\r', '')).toBe(`${right} answers right\n`)
  expect(stop).toEqual({ kind: 'power-off', code: 0 })
})

/** QEMU shows SXL, which vsstatus has not. */
const BY_QEMU_ALONE = ['vsstatus a00000000', 'vsstatus 200000000'] as const

test('it leaves for its payload what OpenSBI leaves', async () => {
  await using machine = await openMachine({
    firmware: (await image('firmware')).bytes,
    kernel: (await image('firmware-state')).bytes,
    banks: [{ bytes: 2 ** 24, role: 'original' }],
    harts: 1,
    profile: 'flat',
  })
  const stop = await machine.run({ deadline: cycles(5 * SECONDS) })
  expect(stateIn(machine.console.transcript)).toBe(STATE.replace(...BY_QEMU_ALONE))
  expect(stop).toEqual({ kind: 'power-off', code: 0 })
})
