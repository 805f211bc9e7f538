// The firmware on the machine: a payload asks it everything that an SBI answers (guest/firmware/check.c).

import { expect, test } from 'vitest'
import { image } from '../guest/images.ts'
import { openMachine } from '../machine/open.ts'
import { cycles } from '../machine/units.ts'

const SECONDS = 1e9

test('answers every SBI call as specified, and refuses what it does not have', async () => {
  await using machine = await openMachine({
    firmware: (await image('firmware')).bytes,
    kernel: (await image('firmware-check')).bytes,
    banks: [{ bytes: 2 ** 24, role: 'original' }],
    harts: 1,
    profile: 'flat',
  })
  const stop = await machine.run({ deadline: cycles(5 * SECONDS) })
  expect(machine.console.transcript.replaceAll('\r', '')).toBe('40 answers right\n')
  expect(stop).toEqual({ kind: 'power-off', code: 0 })
})
