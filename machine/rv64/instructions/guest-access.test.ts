// HLV and HSV go by the translations that the guest's own loads and stores go by, until a fence for the guest;
// fences for HS leave them. The specification allows this and does not demand it; the reference always walks.

import { describe, expect, it } from 'vitest'
import {
  CONTEXTS,
  type Context,
  leafOf,
  lookingAtGuest,
  seen,
} from '../engine/paged-stand.fixture.ts'
import type { TestStand } from '../engine/test-stand.fixture.ts'
import { encode } from '../isa/assemble.ts'
import { CELL, PRIVILEGE, VIRTUALISED } from '../memory/layout.ts'
import { RAM_BASE } from '../memory/ram.ts'

const [A0, A1, A2] = [10, 11, 12]
const HERE = RAM_BASE + 0x8000
const THERE = RAM_BASE + 0x9000
const FULL = 0xcfn // D A X W R V
const PTE_U = 0x10n
const GUESTS = CONTEXTS.filter(({ name }) => name === 'VS' || name === 'VU')

const doubleword = (value: bigint): Uint8Array => new Uint8Array(BigInt64Array.of(value).buffer)

/** The guest's page for HERE leads to another page from now on; no fence has told the machine. */
function remap({ ram }: TestStand, { privilege }: Context, to: number): void {
  const flags = privilege === 0 ? FULL | PTE_U : FULL
  ram.write(leafOf(HERE), doubleword((BigInt(to >>> 12) << 10n) | flags))
}

/** Executes one instruction in HS-mode, or as the guest. */
function execute(stand: TestStand, word: number, guest?: Context): bigint {
  const at = RAM_BASE + 0x4000
  stand.ram.write(at, new Uint8Array(Uint32Array.of(word).buffer))
  stand.hart.i32[PRIVILEGE >> 2] = guest === undefined ? 1 : guest.privilege
  stand.hart.i32[VIRTUALISED >> 2] = guest === undefined ? 0 : 1
  stand.hart.contextChanged()
  stand.pc = guest === undefined ? at : seen(guest, at)
  stand.run(1)
  return stand.x(A0)
}

const hlv = encode('hlv.d', { rd: A0, rs1: A1 })
const hlvx = encode('hlvx.wu', { rd: A0, rs1: A1 })
const ld = encode('ld', { rd: A0, rs1: A1 })
const fence = (name: string): number => encode(name)

function looking(one: Context): TestStand {
  const stand = lookingAtGuest('fast', one)
  stand.ram.write(HERE, doubleword(1n))
  stand.ram.write(THERE, doubleword(2n))
  stand.setX(A1, seen(one, HERE))
  return stand
}

describe.each(GUESTS)('loads and stores of HS as $name', (one) => {
  it.each(['hfence.vvma', 'hfence.gvma'])('change at %s, not before, nor at sfence.vma', (name) => {
    const stand = looking(one)
    expect(execute(stand, hlv)).toBe(1n)
    remap(stand, one, THERE)
    expect(execute(stand, hlv)).toBe(1n)
    execute(stand, fence('sfence.vma'))
    expect(execute(stand, hlv)).toBe(1n)
    execute(stand, fence(name))
    expect(execute(stand, hlv)).toBe(2n)
  })

  it('find what the guest has found, and the other way round', () => {
    const stand = looking(one)
    expect(execute(stand, ld, one)).toBe(1n)
    remap(stand, one, THERE)
    expect(execute(stand, hlv)).toBe(1n)
    execute(stand, fence('hfence.vvma'))
    expect(execute(stand, hlv)).toBe(2n)
    remap(stand, one, HERE)
    expect(execute(stand, ld, one)).toBe(2n)
  })

  it('store where they load', () => {
    const stand = looking(one)
    const hsv = encode('hsv.d', { rs1: A1, rs2: A2 })
    stand.setX(A2, 3n)
    execute(stand, hsv)
    remap(stand, one, THERE)
    stand.setX(A2, 4n)
    execute(stand, hsv)
    expect(execute(stand, hlv)).toBe(2n) // read and write translations are two
    remap(stand, one, HERE)
    execute(stand, fence('hfence.vvma'))
    expect(execute(stand, hlv)).toBe(4n)
  })

  it('teach and ask nothing where execution counts as reading', () => {
    const stand = looking(one)
    expect(execute(stand, hlv)).toBe(1n)
    remap(stand, one, THERE)
    expect(execute(stand, hlvx)).toBe(2n)
    expect(execute(stand, hlv)).toBe(1n)
  })

  it('do not use what was learnt under another SPVP', () => {
    const stand = looking(one)
    expect(execute(stand, hlv)).toBe(1n)
    stand.setX(A0, 0n)
    stand.hart.put(CELL.hstatus, stand.hart.hi(CELL.hstatus), one.privilege === 1 ? 0 : 0x100)
    expect(execute(stand, hlv)).toBe(0n)
    expect(stand.hart.lo(CELL.mcause)).toBe(13)
  })
})
