// The engines against each other: random programs on random states must leave equal states.

import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { encode } from '../isa/assemble.ts'
import { ILLEGAL_ROW, table } from '../isa/table.ts'
import { CELL, DISCARD, F, PC, PRIVILEGE, VIRTUALISED } from '../memory/layout.ts'
import { RAM_BASE } from '../memory/ram.ts'
import { saveHart } from '../snapshot/hart-state.ts'
import { profileNamed } from '../timing/profiles.ts'
import { digestOf, pagesOf } from './memory-digest.fixture.ts'
import { TestStand, type TestStandOptions } from './test-stand.fixture.ts'

const CODE = RAM_BASE + 0x1f80 // so that programs cross a page
const DATA = RAM_BASE + 0x4000
const HANDLER = RAM_BASE + 0x8000
const TABLE = RAM_BASE + 0x1_0000
const WORDS = 64
const BUDGET = 300

const interesting = fc.oneof(
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  fc.constantFrom(0n, 1n, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn, 1n << 63n, (1n << 64n) - 1n),
  fc.integer({ min: 0, max: 0x3fff }).map((offset) => BigInt(DATA - 0x2000 + offset)),
  fc.integer({ min: 0, max: 4 * WORDS }).map((offset) => BigInt(CODE + offset)),
)

const CSRS = [0x300, 0x100, 0x340, 0x140, 0x304, 0x344, 0x341, 0x180, 0xc00, 0xc02, 0x14d, 0xb02, 3]
const CSRS_H = [0x600, 0x200, 0x280, 0x680, 0x602, 0x603, 0x645, 0x24d, 0x605, 0x60a, 0x30a, 0x30]

const names = table.filter((_, i) => i !== ILLEGAL_ROW).map(({ name }) => name)
const memory = names.filter((name) => /^(l|s)[bhwd]u?$|^amo|^lr|^sc/.test(name))

const instruction = fc.oneof(
  { weight: 6, arbitrary: build(fc.constantFrom(...names)) },
  { weight: 4, arbitrary: build(fc.constantFrom(...memory)) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0xffff_ffff }) },
)

function build(name: fc.Arbitrary<string>): fc.Arbitrary<number> {
  const register = fc.integer({ min: 0, max: 15 })
  const immediate = fc.oneof(fc.integer({ min: -64, max: 64 }), fc.constantFrom(...CSRS, ...CSRS_H))
  return fc
    .tuple(name, register, register, register, immediate)
    .map(([row, rd, rs1, rs2, value]) => encode(row, { rd, rs1, rs2, immediate: value & ~1 }))
}

const program = fc.record({
  words: fc.array(instruction, { minLength: WORDS, maxLength: WORDS }),
  registers: fc.array(interesting, { minLength: 16, maxLength: 16 }),
  privilege: fc.constantFrom(0, 1, 3),
  virtualised: fc.boolean(),
  paging: fc.constantFrom('none', 'gigapages', 'pages'),
  delegate: fc.boolean(),
  /** FS of mstatus and vsstatus, and fcsr. */
  float: fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 0xff })),
})
type Program = typeof program extends fc.Arbitrary<infer T> ? T : never

/** Each engine that is held against the reference, and how many programs it is given. */
const RIVALS: readonly (readonly [string, TestStandOptions, number])[] = [
  ['interpreter', { engine: 'fast' }, 600],
  ['compiler', { engine: 'compiler', limits: { threshold: 1, batch: 1, eager: true } }, 250],
  [
    'compiler, one instruction a block',
    { engine: 'compiler', limits: { threshold: 1, batch: 1, eager: true, block: 1 } },
    100,
  ],
]

const PROFILED = RIVALS.flatMap(([name, options, runs]) =>
  (['flat', 'in-order', 'in-order-bimodal'] as const).map(
    (profile) => [name, profile, options, profile === 'flat' ? runs : runs / 2] as const,
  ),
)

describe.each(PROFILED)('the %s under %s', (_, profile, options, runs) => {
  let reference: TestStand
  let fast: TestStand

  beforeAll(() => {
    const { core } = profileNamed(profile)
    const timing = core === undefined ? {} : { core }
    reference = new TestStand({ engine: 'reference', ...timing })
    fast = new TestStand({ ...options, ...timing })
  })

  it('leaves the state of the reference after random programs', () => {
    fc.assert(
      fc.property(program, (one) => {
        const [a, b] = [reference, fast].map((stand) => {
          prepare(stand, one)
          stand.run(BUDGET)
          return stateOf(stand)
        })
        expect(b).toEqual(a)
      }),
      { numRuns: runs, seed: 2013 },
    )
  })

  it('leaves equal states however a run is cut into slices', () => {
    fc.assert(
      fc.property(
        program,
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 20 }),
        (one, cuts) => {
          prepare(reference, one)
          reference.run(cuts.reduce((sum, cut) => sum + cut, 0))
          prepare(fast, one)
          let until = 0
          for (const cut of cuts) {
            until += cut
            // An instruction may have taken more than was left.
            if (until > fast.clock.now) fast.run(until - fast.clock.now)
          }
          expect(stateOf(fast)).toEqual(stateOf(reference))
        },
      ),
      { numRuns: runs / 5, seed: 2013 },
    )
  })
})

function prepare(stand: TestStand, one: Program): void {
  const { words, registers, privilege, virtualised, paging, delegate, float } = one
  const { hart, ram, clock } = stand
  ram.clear()
  clock.reset(0 as typeof clock.now)
  hart.reset()
  stand.engine.forget()
  const bytes = new Uint8Array(Uint32Array.from(words).buffer)
  ram.write(CODE, bytes)
  ram.write(HANDLER, bytes)
  ram.write(DATA, bytes)
  identityMap(stand)
  registers.forEach((value, i) => {
    if (i > 0) stand.setX(i, value)
    hart.u64[(F >> 3) + i] = i % 2 === 0 ? value : BigInt.asUintN(64, value | (-1n << 32n))
  })
  hart.put(CELL.pmpaddr0, -1, -1)
  ram.u8[CELL.pmpcfg0] = 0x1f
  hart.put(CELL.mtvec, 0, HANDLER)
  hart.put(CELL.stvec, 0, HANDLER)
  hart.put(CELL.vstvec, 0, HANDLER)
  hart.put(CELL.mcounteren, 0, 7)
  hart.put(CELL.hcounteren, 0, 7)
  hart.i32[CELL.mstatus >> 2]! |= float[0] << 13
  hart.i32[CELL.vsstatus >> 2]! |= float[0] << 13
  hart.put(CELL.fcsr, 0, float[1])
  if (delegate) {
    hart.put(CELL.medeleg, 0, 0xf0b1ff)
    hart.put(CELL.hedeleg, 0, 0xb1ff)
  }
  if (paging === 'pages') mapPages(stand)
  if (paging !== 'none') {
    hart.put(CELL.satp, 8 << 28, TABLE / 4096)
    hart.put(CELL.vsatp, 8 << 28, TABLE / 4096)
    hart.put(CELL.hgatp, 8 << 28, TABLE / 4096)
  }
  hart.i32[PRIVILEGE >> 2] = privilege
  hart.i32[VIRTUALISED >> 2] = virtualised && privilege < 3 ? 1 : 0
  stand.pc = CODE
  hart.stateLoaded()
}

/** RAM at its own address by one leaf of 1 GiB, for every privilege. */
function identityMap({ ram }: TestStand): void {
  const entry = new Uint8Array(8)
  new DataView(entry.buffer).setBigUint64(0, (BigInt(RAM_BASE >>> 12) << 10n) | 0xdfn, true)
  ram.write(TABLE + 16, entry)
  // The second gigabyte of virtual space reaches user pages without A and D.
  new DataView(entry.buffer).setBigUint64(0, (BigInt(RAM_BASE >>> 12) << 10n) | 0x0fn, true)
  ram.write(TABLE + 8, entry)
}

/** The first MiB of RAM at its own address by pages: of S and of U, with and without A and D. */
function mapPages({ ram }: TestStand): void {
  const entry = (at: number, target: number, flags: number) => {
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setBigUint64(0, (BigInt(target >>> 12) << 10n) | BigInt(flags), true)
    ram.write(at, bytes)
  }
  const [middle, leaves] = [TABLE + 0x1000, TABLE + 0x2000]
  entry(TABLE + 16, middle, 1)
  entry(middle, leaves, 1)
  const flags = [0xcf, 0xcf, 0xdf, 0xcf, 0x4f, 0x43, 0x0f]
  for (let i = 0; i < 256; i++) entry(leaves + 8 * i, RAM_BASE + i * 4096, flags[i % 7]!)
}

function stateOf(stand: TestStand): unknown {
  const { hart, ram, clock } = stand
  hart.put(DISCARD, 0, 0) // the engines differ in what they discard
  const used = ram.u8.subarray(ram.host(RAM_BASE), ram.host(RAM_BASE) + 0x1_3000)
  const { timing, ...architectural } = saveHart(hart, 'architectural')
  return {
    hart: architectural,
    timing: timing instanceof Uint8Array ? digestOf(timing) : timing,
    pc: hart.u64[PC >> 3]!.toString(16),
    now: clock.now,
    ram: pagesOf(used),
    marks: stand.marks.splice(0).length,
  }
}
