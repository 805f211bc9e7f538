// The engines against each other under memory errors: random loops of memory accesses over code, data and page
// tables, with errors coming at random moments, must leave equal states.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Assembler, encode } from '../isa/assemble.ts'
import { CELL, DISCARD } from '../memory/layout.ts'
import { RAM_BASE } from '../memory/ram.ts'
import { saveHart } from '../snapshot/hart-state.ts'
import { pagesOf } from './memory-digest.fixture.ts'
import {
  CONTEXTS,
  type Context,
  G_LEAVES,
  LEAVES,
  M_VECTOR,
  MIDDLE,
  pagedStand,
  seen,
} from './paged-stand.fixture.ts'
import { ENGINES, type TestStand } from './test-stand.fixture.ts'

const CODE = RAM_BASE + 0x4fd0 // crosses into the next page
const DATA = RAM_BASE + 0x8000
const [T0, T1, T2, T3, T6] = [5, 6, 7, 28, 31]
const LOADS = ['lb', 'lhu', 'lw', 'ld', 'fld']
const ACCESSES = [...LOADS, 'sb', 'sh', 'sw', 'sd', 'fsd', 'lr.w', 'sc.d', 'amoadd.w', 'amoswap.d']
const BASES = [CODE, DATA, DATA + 0xff8, LEAVES]

const accesses = (names: readonly string[], bases: readonly number[]): fc.Arbitrary<number> =>
  fc
    .tuple(
      fc.constantFrom(...names),
      fc.constantFrom(...bases),
      fc.integer({ min: 10, max: 14 }),
      fc.nat(40),
    )
    .map(([name, rs1, r, immediate]) => encode(name, { rd: r, rs1, rs2: r, immediate }))

/** Tables are only read: no engine need see a change of theirs before a fence. */
const access = fc.oneof(
  { weight: 5, arbitrary: accesses(ACCESSES, [T0, T1, T1, T2, T2]) },
  { weight: 1, arbitrary: accesses(LOADS, [T3]) },
)

/** Where errors matter: in code, over the end of a page of it, in data, in tables, in the handler. */
const plain = fc.oneof(
  fc.nat(15).map((n) => CODE + 8 * n),
  fc.nat(6).map((n) => DATA + 8 * n),
  fc.nat(4).map((n) => DATA + 0xff0 + 8 * n),
  fc.constant(M_VECTOR),
)
const entries = [0, 4, 5, 8, 9, 18].flatMap((page) => [LEAVES + 8 * page, G_LEAVES + 8 * page])
const table = fc.constantFrom(MIDDLE, ...entries)
/** Not so that a table becomes reachable for stores. */
const flags = fc.nat(9)
const flip = (at: fc.Arbitrary<number>, bit: fc.Arbitrary<number>, most: number) =>
  fc.record({
    flip: at,
    bits: fc.array(bit, { minLength: 1, maxLength: most }),
    silent: fc.boolean(),
  })
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ run: fc.integer({ min: 1, max: 60 }) }) },
  { weight: 2, arbitrary: flip(plain, fc.nat(127), 3) },
  { weight: 1, arbitrary: flip(table, flags, 2) },
  { weight: 1, arbitrary: fc.record({ poison: fc.oneof(plain, table) }) },
  { weight: 1, arbitrary: fc.record({ dma: plain, bytes: fc.integer({ min: 1, max: 24 }) }) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

describe('memory errors', () => {
  it.each(CONTEXTS)('divide no engines in $name', (one) => {
    fc.assert(
      fc.property(
        fc.array(access, { minLength: 24, maxLength: 24 }),
        fc.array(step, { minLength: 4, maxLength: 24 }),
        (words, steps) => {
          const [reference, ...others] = ENGINES.map((engine) => {
            const stand = pagedStand(engine, one)
            prepare(stand, one, words)
            stand.run(200)
            for (const what of steps) perform(stand, what)
            stand.run(100)
            return stateOf(stand)
          })
          for (const other of others) expect(other).toEqual(reference)
        },
      ),
      { numRuns: 40 },
    )
  })
})

/** The accesses, for ever; whatever traps is skipped, as far as the handler is sound itself. */
function prepare(stand: TestStand, one: Context, words: readonly number[]): void {
  const loop = new Assembler().label('again')
  for (const word of words) loop.word(word)
  stand.ram.write(CODE, loop.to('again', 'jal').bytes())
  const handler = new Assembler()
  handler
    .emit('csrrs', { rd: T6, immediate: 0x341 })
    .emit('addi', { rd: T6, rs1: T6, immediate: 4 })
  stand.ram.write(
    M_VECTOR,
    handler.emit('csrrw', { rs1: T6, immediate: 0x341 }).emit('mret').bytes(),
  )
  const registers = [T0, T1, T2, T3]
  BASES.forEach((base, i) => {
    stand.setX(registers[i]!, seen(one, base))
  })
  stand.pc = seen(one, CODE)
}

function perform(stand: TestStand, what: Step): void {
  const { ram } = stand
  if ('run' in what) stand.run(what.run)
  else if ('flip' in what) ram.errors.flip(what.flip, what.bits, what.silent)
  else if ('poison' in what) ram.errors.poison(what.poison, 8)
  else ram.write(what.dma, ram.take(what.dma, what.bytes) ?? new Uint8Array(what.bytes).fill(0x13))
}

function stateOf(stand: TestStand): unknown {
  const { hart, ram, clock } = stand
  hart.put(DISCARD, 0, 0)
  return {
    hart: saveHart(hart, 'architectural'),
    now: clock.now,
    causes: [...hart.counters.traps],
    status: hart.lo(CELL.mstatus),
    errors: ram.errors.save(),
    ram: pagesOf(ram.u8.subarray(ram.host(RAM_BASE), ram.host(RAM_BASE) + 0x3_0000)),
  }
}
