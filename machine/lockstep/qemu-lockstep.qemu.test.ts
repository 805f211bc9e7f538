// Lockstep with a real QEMU: programs on which both agree, and one instruction on which they cannot.

import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import type { MachineSpec } from '../machine.ts'
import { encode } from '../rv64/isa/assemble.ts'
import { Rv64Machine } from '../rv64/rv64.ts'
import { MiB, physical } from '../units.ts'
import { qemuLockstep } from './qemu-lockstep.ts'

const image = (name: string) => readFile(new URL(`../../guest/images/${name}.elf`, import.meta.url))

async function reference(name: string): Promise<Rv64Machine> {
  const kernel = await image(name)
  const banks = [{ bytes: 8 * MiB, role: 'original' }] as const
  const spec: MachineSpec = { kernel, banks, harts: 1, profile: 'flat', engine: 'reference' }
  return new Rv64Machine(spec)
}

describe('lockstep with QEMU', () => {
  it.each(['isa/branch', 'isa/load-store', 'isa/compressed', 'isa/divide', 'isa/trap', 'isa/sv39'])(
    'agrees on %s to its end',
    async (name) => {
      const comparison = await qemuLockstep(await reference(name), { steps: 20_000 })
      expect(comparison).toMatchObject({ kind: 'equal', why: 'power-off of the guest' })
    },
  )

  it('finds the instruction on which they differ', async () => {
    const machine = await reference('isa/divide')
    const at = physical(0x8000_0000 + 4)
    const word = new Uint8Array(Uint32Array.of(encode('addi', { rd: 7, immediate: 99 })).buffer)
    machine.debugger().write(BigInt(at), word, true)
    const comparison = await qemuLockstep(machine, { steps: 100 })
    expect(comparison).toMatchObject({ kind: 'diverged', before: { pc: BigInt(at) } })
    if (comparison.kind !== 'diverged') throw new Error('expected a divergence')
    expect(comparison.instruction).toContain('addi t2, zero, 99')
  })
})
