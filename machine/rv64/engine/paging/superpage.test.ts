// Leaves of every size, sound and not, beside memory that PMP forbids, on each engine against the reference.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encode } from '../../isa/assemble.ts'
import { CELL, PRIVILEGE, VIRTUALISED } from '../../memory/layout.ts'
import { RAM_BASE } from '../../memory/ram.ts'
import { PTE_A, PTE_D, PTE_R, PTE_U, PTE_V, PTE_W, PTE_X } from '../../mmu/pte.ts'
import { saveHart } from '../../snapshot/hart-state.ts'
import { profileNamed } from '../../timing/profiles.ts'
import { pagesOf } from '../memory-digest.fixture.ts'
import {
  CONTEXTS,
  type Context,
  M_VECTOR,
  MIDDLE,
  pagedStand,
  ROOT,
  S_VECTOR,
  seen,
  VIRTUAL,
  VS_VECTOR,
} from '../paged-stand.fixture.ts'
import type { EngineName, TestStand } from '../test-stand.fixture.ts'

const CODE = RAM_BASE + 0x4000
const MEGABYTES = 4
const [T0, T1, T2] = [5, 6, 7]
const FULL = PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D

/** Two leaves of 2 MiB and one of 1 GiB, and what they are reached by. */
const PLACES = [
  { entry: MIDDLE + 8, at: VIRTUAL + 0x20_0000 },
  { entry: MIDDLE + 16, at: VIRTUAL + 0x40_0000 },
  { entry: ROOT + 24, at: 0xc000_0000 },
] as const

const leaf = fc.record({
  /** The page from the start of RAM: aligned, out of line, out of RAM. */
  page: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(0, 512) },
    { weight: 4, arbitrary: fc.constantFrom(1, 256, 511, 513) },
    { weight: 1, arbitrary: fc.constantFrom(0x4_0000, -512) },
  ),
  /** What of a sound leaf's flags is turned. */
  turned: fc.oneof(
    { weight: 4, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.constantFrom(PTE_U, PTE_D, PTE_A, PTE_W, PTE_R, FULL & ~PTE_V) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xff }) },
  ),
  /** Bits that Sv39 reserves. */
  above: fc.oneof(
    { weight: 5, arbitrary: fc.constant(0n) },
    { weight: 1, arbitrary: fc.constantFrom(1n << 63n, 1n << 54n) },
  ),
})
const access = fc.record({
  place: fc.nat({ max: 2 }),
  offset: fc.oneof(
    fc.constantFrom(0x10_0000, 0x1f_fff8, 0x10_0ffc),
    fc.integer({ min: 0x10_0000, max: 0x1f_fff0 }),
  ),
  stores: fc.boolean(),
})
const situation = fc.record({
  leaves: fc.tuple(leaf, leaf, leaf),
  accesses: fc.tuple(access, access),
  /** The part of the root's frame number above the 32 bits that RAM needs. */
  rootAbove: fc.constantFrom(0, 0, 0, 0, 0, 1, 0x800),
  /** What PMP keeps from S and U: nothing, what accesses go to or not, a table. */
  kept: fc.oneof(
    fc.constant(undefined),
    fc.constantFrom(
      { at: RAM_BASE + 0x10_0000, bytes: 0x8_0000 },
      { at: RAM_BASE + 0x20_0000, bytes: 0x10_0000 },
      { at: MIDDLE, bytes: 4096 },
      { at: ROOT + 8, bytes: 8 },
    ),
  ),
  context: fc.constantFrom(...CONTEXTS.filter(({ first, second }) => first && !second)),
})
type Situation = typeof situation extends fc.Arbitrary<infer T> ? T : never

function outcome(
  engine: EngineName,
  profile: string,
  { leaves, accesses, rootAbove, kept, context }: Situation,
): unknown {
  const { core } = profileNamed(profile)
  const stand = pagedStand(engine, context, {
    megabytes: MEGABYTES,
    ...(core === undefined ? {} : { core }),
  })
  const owner = context.privilege === 0 ? PTE_U : 0
  if (kept !== undefined) keep(stand, kept)
  leaves.forEach(({ page, turned, above }, i) => {
    const ppn = BigInt(RAM_BASE / 4096 + page)
    write(stand, PLACES[i]!.entry, above | (ppn << 10n) | BigInt((FULL | owner) ^ turned))
  })
  const operation = accesses.map(({ stores }, i) => {
    const rs1 = i === 0 ? T0 : T1
    return stores
      ? encode('sd', { rd: 0, rs1, rs2: T2, immediate: 0 })
      : encode('ld', { rd: T2, rs1, rs2: 0, immediate: 0 })
  })
  const back = encode('jal', { rd: 0, rs1: 0, rs2: 0, immediate: -8 })
  const stay = encode('jal', { rd: 0, rs1: 0, rs2: 0, immediate: 0 })
  words(stand, CODE, [...operation, back])
  for (const vector of [M_VECTOR, S_VECTOR, VS_VECTOR]) words(stand, vector, [stay])
  const [a, b] = accesses.map(({ place, offset }) => PLACES[place]!.at + offset)
  stand.setX(T0, a!)
  stand.setX(T1, b!)
  stand.setX(T2, 0x1234_5678)
  stand.pc = seen(context, CODE)
  stand.run(12)
  if (rootAbove !== 0) again(stand, context, rootAbove)
  const { hart, clock, ram } = stand
  const bytes = ram.u8.subarray(ram.host(RAM_BASE), ram.host(RAM_BASE) + ram.bytes)
  return [saveHart(hart, 'architectural'), clock.now, pagesOf(bytes)]
}

/** Protects a range as firmware protects itself: one entry that allows nothing, before the one that allows all. */
function keep({ hart, ram }: TestStand, { at, bytes }: { at: number; bytes: number }): void {
  hart.put(CELL.pmpaddr0, 0, at / 4 + bytes / 8 - 1)
  hart.put(CELL.pmpaddr1, 0x3f_ffff, -1)
  ram.u8.set([0x18, 0x1f], CELL.pmpcfg0)
  hart.stateLoaded()
}

/** The same with pages decoded by now, and a root that lies where no RAM is. */
function again(stand: TestStand, context: Context, rootAbove: number): void {
  const { hart } = stand
  const root = context.virtualised ? CELL.vsatp : CELL.satp
  hart.put(root, hart.hi(root) | rootAbove, hart.lo(root))
  hart.i32[PRIVILEGE >> 2] = context.privilege
  hart.i32[VIRTUALISED >> 2] = context.virtualised ? 1 : 0
  hart.tlb?.forget()
  hart.stateLoaded()
  stand.pc = seen(context, CODE)
  stand.run(12)
}

function write({ ram }: TestStand, at: number, value: bigint): void {
  ram.write(at, new Uint8Array(BigUint64Array.of(value).buffer))
}

function words({ ram }: TestStand, at: number, values: readonly number[]): void {
  ram.write(at, new Uint8Array(Uint32Array.from(values).buffer))
}

describe.each(['flat', 'in-order'])('superpages under %s', (profile) => {
  it.each(['fast', 'compiler'] as const)(
    'are to the engine "%s" what they are to the reference',
    (engine) => {
      fc.assert(
        fc.property(situation, (one) => {
          expect(outcome(engine, profile, one)).toEqual(outcome('reference', profile, one))
        }),
        { numRuns: 60, seed: 39 },
      )
    },
  )
})
