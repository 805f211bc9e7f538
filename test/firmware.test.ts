// The firmware on the machine: a payload asks it everything that an SBI answers (guest/firmware/check.c).

import { expect, test } from 'vitest'
import { image } from '../guest/images.ts'
import { openMachine } from '../machine/open.ts'
import { cycles } from '../machine/units.ts'

const SECONDS = 1e9

/** With other harts: starting and stopping each, calling it, and fences on it. */
test.each([
  [1, 54],
  [2, 77],
  [4, 123],
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
