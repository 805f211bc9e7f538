// Scattered loads and stores, so that lines and pages come and go at every level: each engine against the
// reference, cycles, tags and directory included. The caches are so small that nothing fits.

import { expect, it } from 'vitest'
import type { CompilerLimits } from '../engine/compiler/limits.ts'
import { pagesOf } from '../engine/memory-digest.fixture.ts'
import { CONTEXTS, pagedStand, seen } from '../engine/paged-stand.fixture.ts'
import type { EngineName, TestStand } from '../engine/test-stand.fixture.ts'
import { Assembler } from '../isa/assemble.ts'
import { directoryOf } from '../memory/layout.ts'
import { RAM_BASE } from '../memory/ram.ts'
import { saveHart } from '../snapshot/hart-state.ts'
import type { Core } from './core.ts'
import { U54 } from './in-order.ts'

const CODE = RAM_BASE + 0x4000
const DATA = RAM_BASE + 0x8_0000
const NEAR = 0xfff
const FAR = 0x7ff8
const CYCLES = 400_000
/** The rounds that take so many cycles at least. */
const ROUNDS = 200n
const SSTATUS = 0x100
const SUM_BIT = 1 << 18
const [RANDOM, FACTOR, BASE, COUNT, AT, VALUE, SUM, ALWAYS] = [5, 6, 7, 28, 10, 11, 12, 13]

const TINY: Core = {
  ...U54,
  l1d: { sets: 8, ways: 4 },
  l2: { sets: 16, ways: 8 },
  dtlb: { sets: 1, ways: 4 },
  l2tlb: { sets: 2, ways: 4 },
}

const AT_ONCE: Partial<CompilerLimits> = { threshold: 1, batch: 1, eager: true }
const RIVALS: readonly (readonly [EngineName, Partial<CompilerLimits>])[] = [
  ['fast', {}],
  ['compiler', AT_ONCE],
  ['compiler', { ...AT_ONCE, block: 1 }],
]

it.each(CONTEXTS)('$name: takes the cycles of the reference, and leaves its caches', (context) => {
  const ran = (engine: EngineName, limits: Partial<CompilerLimits>): unknown => {
    const stand = pagedStand(engine, context, { core: TINY, limits })
    stand.ram.write(CODE, scattered(seen(context, DATA), context.privilege))
    stand.pc = seen(context, CODE)
    stand.run(CYCLES)
    expect(stand.x(COUNT)).toBeGreaterThan(ROUNDS)
    return stateOf(stand)
  }
  const expected = ran('reference', {})
  for (const [engine, limits] of RIVALS) {
    expect(ran(engine, limits), `${engine} ${JSON.stringify(limits)}`).toEqual(expected)
  }
})

/**
 * An endless program: reads and writes of all widths, some near each other, some across lines. A supervisor seldom
 * fences, and more often changes SUM, so that pages are found from two contexts.
 */
function scattered(data: number, privilege: number): Uint8Array {
  const a = new Assembler().address(BASE, data).address(FACTOR, 0x5851_f42d)
  a.emit('addi', { rd: ALWAYS, immediate: -1 }).label('loop')
  const place = (shift: number, mask: number): Assembler =>
    a
      .emit('mul', { rd: RANDOM, rs1: RANDOM, rs2: FACTOR })
      .emit('addi', { rd: RANDOM, rs1: RANDOM, immediate: 1013 })
      .emit('srli', { rd: AT, rs1: RANDOM, immediate: shift })
      .li(VALUE, mask)
      .emit('and', { rd: AT, rs1: AT, rs2: VALUE })
      .emit('add', { rd: AT, rs1: AT, rs2: BASE })
  const load = (name: string): Assembler =>
    a.emit(name, { rd: VALUE, rs1: AT }).emit('add', { rd: SUM, rs1: SUM, rs2: VALUE })
  place(20, FAR)
  load('ld')
  place(21, NEAR)
  load('lbu')
  place(22, NEAR & ~3)
  a.emit('sw', { rs1: AT, rs2: SUM })
  place(23, FAR)
  a.emit('sd', { rs1: AT, rs2: RANDOM })
  load('lw')
  place(24, NEAR)
  load('lh')
  place(25, FAR | 7)
  a.emit('sb', { rs1: AT, rs2: SUM })
  load('lb')
  a.emit('addi', { rd: COUNT, rs1: COUNT, immediate: 1 })
  if (privilege === 1) {
    a.emit('andi', { rd: VALUE, rs1: COUNT, immediate: 1 }).to('loop', 'bne', { rs1: VALUE })
    a.emit('csrrs', { rd: VALUE, immediate: SSTATUS }).li(AT, SUM_BIT)
    a.emit('xor', { rd: VALUE, rs1: VALUE, rs2: AT })
    a.emit('csrrw', { rs1: VALUE, immediate: SSTATUS })
  }
  a.emit('andi', { rd: VALUE, rs1: COUNT, immediate: 63 }).to('loop', 'bne', { rs1: VALUE })
  if (privilege > 0) a.emit('sfence.vma')
  return a.to('loop', 'jal').bytes()
}

function stateOf({ hart, ram, clock }: TestStand): unknown {
  const directory = directoryOf(ram.bytes)
  return {
    now: clock.now,
    hart: saveHart(hart, 'architectural'),
    directory: pagesOf(ram.u8.subarray(directory, directory + ram.bytes / 64)),
    data: pagesOf(ram.read(RAM_BASE, ram.bytes)),
  }
}
