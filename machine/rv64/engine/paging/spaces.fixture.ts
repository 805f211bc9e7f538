// Two address spaces and random programs that go back and forth between them, for tests: they switch,
// fence, map pages anew, load, store, and call a page. That page, and perhaps the program's own, are not the
// same in both. Invariant: what is mapped anew is fenced before it is used, so that a TLB may not show.

import fc from 'fast-check'
import { Assembler, encode } from '../../isa/assemble.ts'
import { CAUSE, MACHINE, SUM, TVM, VTVM } from '../../isa/status.ts'
import { CELL, PRIVILEGE, VIRTUALISED } from '../../memory/layout.ts'
import { RAM_BASE } from '../../memory/ram.ts'
import { PTE_A, PTE_D, PTE_R, PTE_U, PTE_V, PTE_W, PTE_X } from '../../mmu/pte.ts'
import type { TestStand } from '../test-stand.fixture.ts'

export const CODE = RAM_BASE + 0x1fb0 // so that programs cross a page
const HANDLER = RAM_BASE + 0x4000
/** Four pages of data, then one of code; and the frame that the other space has for that. */
export const DATA = RAM_BASE + 0xa000
export const CALLED = DATA + 0x4000
/** A user's page in the other space. */
export const USERS = DATA + 0x2000
const OTHER_CALLED = DATA + 0x5000
/** Where the program lies in the frames that the other space has for its two pages. */
export const OTHER_CODE = RAM_BASE + 0x1_2000 + (CODE & 0xfff)
const PAGES = 5
/** Root, middle and leaves, of each space. */
export const ROOTS = [RAM_BASE + 0x2_0000, RAM_BASE + 0x2_4000] as const
/** The root of the second stage: 16 KiB, in which one leaf maps RAM at its own address. */
const G_ROOT = RAM_BASE + 0x1_8000
const LEAVES = ROOTS.map((root) => root + 0x2000)
export const USED_BYTES = 0x2_8000
const MAPPED = 256

const [SATP, SSTATUS, MEPC, MCAUSE] = [0x180, 0x100, 0x341, 0x342]
const SV39 = 8n << 60n
export const satpOf = (root: number): bigint => SV39 | BigInt(root >>> 12)

const [RA, T0, T1, ILLEGAL, T4, T5] = [1, 5, 6, 27, 29, 30]
const SPACES = [20, 21] as const
const LEAF_TABLES = [22, 23] as const
const [BASE, SUM_BIT, ASID_BIT] = [24, 25, 26]
const RESULTS = [10, 11, 12, 13, 14, 15] as const
const COUNTS = [16, 17] as const

const FULL = PTE_D | PTE_A | PTE_X | PTE_W | PTE_R | PTE_V
const flags = fc.constantFrom(
  ...[FULL, FULL, FULL & ~PTE_D, FULL & ~PTE_A, FULL & ~PTE_W, FULL & ~PTE_X],
  ...[FULL | PTE_U, FULL & ~PTE_R, 0, PTE_V | PTE_X | PTE_A, PTE_V | PTE_R | PTE_A],
)

/** Emits one step of a program, as it is in one of the spaces; its length is the same in both. */
type Step = (code: Assembler, space: number) => void

const page = fc.integer({ min: 0, max: PAGES - 1 })
const space = fc.constantFrom(0, 1)
const result = fc.constantFrom(...RESULTS)

const point = (code: Assembler, offset: number): Assembler =>
  code.li(T1, offset).emit('add', { rd: T1, rs1: T1, rs2: BASE })

const flush: fc.Arbitrary<(code: Assembler, page: number) => void> = fc.constantFrom(
  (code: Assembler) => code.emit('sfence.vma'),
  (code: Assembler) => code.emit('sfence.vma', { rs2: T0 }),
  (code: Assembler, one: number) => point(code, one * 4096).emit('sfence.vma', { rs1: T1 }),
  (code: Assembler, one: number) => point(code, one * 4096 + 8).emit('sfence.vma', { rs1: T1 }),
)

const switching = fc.tuple(space, result, fc.boolean()).map(
  ([to, rd, keeps]): Step =>
    (code) =>
      code.emit('csrrw', { rd: keeps ? rd : 0, rs1: SPACES[to]!, immediate: SATP }),
)

const handling = fc
  .tuple(
    fc.constantFrom('csrrw', 'csrrs', 'csrrc'),
    result,
    fc.constantFrom(0, ASID_BIT, ASID_BIT, ILLEGAL),
  )
  .filter(([name, , rs1]) => name === 'csrrw' || rs1 !== ILLEGAL)
  .map(
    ([name, rd, rs1]): Step =>
      (code) =>
        code.emit(name, { rd, rs1, immediate: SATP }),
  )

const fencing = fc.tuple(flush, page).map(
  ([how, one]): Step =>
    (code) =>
      how(code, one),
)

const moving = fc
  .tuple(
    fc.constantFrom('lb', 'lbu', 'lh', 'lhu', 'lw', 'lwu', 'ld', 'sb', 'sh', 'sw', 'sd'),
    result,
    page,
    fc.oneof(
      fc.integer({ min: 8, max: 511 }).map((n) => 8 * n),
      fc.integer({ min: 64, max: 4095 }),
    ),
  )
  .map(
    ([name, register, one, offset]): Step =>
      (code) =>
        point(code, one * 4096 + offset).emit(name, { rd: register, rs1: T1, rs2: register }),
  )

const target = fc.oneof(
  fc.tuple(page, fc.integer({ min: 0, max: 5 })),
  fc.tuple(fc.constant(4), fc.constantFrom(4, 5)),
)

const mapping = fc.tuple(space, target, flags, flush).map(
  ([of, [one, frame], bits, how]): Step =>
    (code) => {
      code.li(T0, ((DATA / 4096 + frame) << 10) | bits)
      const immediate = 8 * (((DATA >>> 12) & 511) + one)
      code.emit('sd', { rs1: LEAF_TABLES[of]!, rs2: T0, immediate })
      how(code, one)
    },
)

const calling: fc.Arbitrary<Step> = fc.constant((code: Assembler) =>
  point(code, CALLED - DATA).emit('jalr', { rd: RA, rs1: T1 }),
)

const counting = fc.constantFrom(...COUNTS).map(
  (rd): Step =>
    (code, here) =>
      code.emit('addi', { rd, rs1: rd, immediate: 100 * (here + 1) }),
)

/** Changes the code that is called. */
const patching = fc.integer({ min: 2, max: 9 }).map(
  (immediate): Step =>
    (code) => {
      point(code, CALLED - DATA).li(
        T0,
        encode('addi', { rd: COUNTS[0], rs1: COUNTS[0], immediate }),
      )
      code.emit('sw', { rs1: T1, rs2: T0 })
    },
)

const rare: fc.Arbitrary<Step> = fc.constantFrom(
  (code: Assembler) => code.emit('csrrwi', { immediate: SATP }),
  (code: Assembler) => code.emit('csrrs', { rs1: SUM_BIT, immediate: SSTATUS }),
  (code: Assembler) => code.emit('csrrc', { rs1: SUM_BIT, immediate: SSTATUS }),
)

const step = fc.oneof(
  { weight: 4, arbitrary: switching },
  { weight: 1, arbitrary: handling },
  { weight: 3, arbitrary: fencing },
  { weight: 8, arbitrary: moving },
  { weight: 3, arbitrary: mapping },
  { weight: 3, arbitrary: calling },
  { weight: 3, arbitrary: counting },
  { weight: 1, arbitrary: patching },
  { weight: 1, arbitrary: rare },
)

export const program = fc.record({
  steps: fc.array(step, { minLength: 4, maxLength: 20 }),
  privilege: fc.constantFrom(0, 1, 1, 1, 1, 3),
  /** If it is a guest, with its own stage only, or with a second one. */
  guest: fc.constantFrom('none', 'none', 'one stage', 'two stages', 'two stages, read-only'),
  /** Whether a supervisor may fence; if not, its fence traps. */
  allowed: fc.constantFrom(true, true, true, false),
  /** SUM of mstatus; that of vsstatus is the opposite. */
  sum: fc.boolean(),
  /** Whether the other space has another frame, for each of the program's pages. */
  apart: fc.tuple(fc.boolean(), fc.boolean()),
})
export type Program = typeof program extends fc.Arbitrary<infer T> ? T : never

export function prepare(
  stand: TestStand,
  { steps, privilege, guest, allowed, sum, apart }: Program,
): void {
  const { hart, ram, clock } = stand
  ram.clear()
  clock.reset(0 as typeof clock.now)
  hart.reset()
  stand.engine.forget()
  for (const [here, at] of [CODE, OTHER_CODE].entries()) {
    const code = new Assembler().label('again')
    for (const emit of steps) emit(code, here)
    ram.write(at, code.to('again', 'jal').bytes())
  }
  ram.write(HANDLER, handler())
  for (const [i, at] of [CALLED, OTHER_CALLED].entries()) ram.write(at, called(COUNTS[i]!))
  writeTables(stand, privilege === 0 ? PTE_U : 0, apart)
  const second = FULL | PTE_U
  writeEntry(stand, G_ROOT + 16, RAM_BASE, guest === 'two stages' ? second : second & ~PTE_W)
  RESULTS.forEach((register, i) => {
    stand.setX(register, 0x0123_4567_89ab_cdefn * BigInt(i + 1))
  })
  for (const i of [0, 1] as const) {
    stand.setX(SPACES[i], satpOf(ROOTS[i]))
    stand.setX(LEAF_TABLES[i], LEAVES[i]!)
  }
  stand.setX(BASE, DATA)
  stand.setX(SUM_BIT, SUM)
  stand.setX(ASID_BIT, 1n << 44n)
  stand.setX(ILLEGAL, 9n << 60n)
  hart.put(CELL.pmpaddr0, -1, -1)
  ram.u8[CELL.pmpcfg0] = 0x1f
  hart.put(CELL.mtvec, 0, HANDLER)
  hart.put(CELL.satp, 8 << 28, ROOTS[0] / 4096)
  hart.put(CELL.vsatp, 8 << 28, ROOTS[0] / 4096)
  if (guest.startsWith('two')) hart.put(CELL.hgatp, 8 << 28, G_ROOT / 4096)
  hart.i32[(sum ? CELL.mstatus : CELL.vsstatus) >> 2]! |= SUM
  if (!allowed) {
    hart.i32[CELL.mstatus >> 2]! |= TVM
    hart.i32[CELL.hstatus >> 2]! |= VTVM
  }
  hart.i32[VIRTUALISED >> 2] = guest !== 'none' && privilege !== MACHINE ? 1 : 0
  hart.i32[PRIVILEGE >> 2] = privilege
  stand.pc = CODE
  hart.stateLoaded()
}

/** Over the instruction that trapped, or back to the caller; a fence in it makes up for those that trapped. */
const handler = (): Uint8Array =>
  new Assembler()
    .emit('sfence.vma')
    .emit('hfence.vvma')
    .emit('csrrs', { rd: T5, immediate: MEPC })
    .emit('csrrs', { rd: T4, immediate: MCAUSE })
    .emit('addi', { rd: T4, rs1: T4, immediate: -CAUSE.fetchPage })
    .emit('addi', { rd: T5, rs1: T5, immediate: 4 })
    .to('on', 'bne', { rs1: T4 })
    .emit('addi', { rd: T5, rs1: RA })
    .label('on')
    .emit('csrrw', { rs1: T5, immediate: MEPC })
    .emit('mret')
    .bytes()

const called = (counter: number): Uint8Array =>
  new Assembler()
    .emit('addi', { rd: counter, rs1: counter, immediate: 1 })
    .emit('jalr', { rs1: RA })
    .bytes()

/** RAM at its own address, but for what the second space has in other frames, with other rights. */
function writeTables(stand: TestStand, owner: number, apart: readonly boolean[]): void {
  const entry = (at: number, to: number, bits: number) => writeEntry(stand, at, to, bits)
  for (const root of ROOTS) {
    entry(root + 16, root + 0x1000, PTE_V)
    entry(root + 0x1000, root + 0x2000, PTE_V)
    for (let i = 0; i < MAPPED; i++) {
      entry(root + 0x2000 + 8 * i, RAM_BASE + 4096 * i, FULL | owner)
    }
  }
  const codes = LEAVES[1]! + 8 * ((CODE >>> 12) & 511)
  apart.forEach((other, i) => {
    if (other) entry(codes + 8 * i, (OTHER_CODE & ~0xfff) + 4096 * i, FULL | owner)
  })
  const first = LEAVES[1]! + 8 * ((DATA >>> 12) & 511)
  for (let i = 0; i < 4; i++) entry(first + 8 * i, DATA + 4096 * ((i + 1) % 4), FULL | owner)
  entry(first + 8 * 2, DATA + 4096 * 3, FULL | PTE_U)
  entry(first + 8 * 3, DATA, (FULL & ~(PTE_A | PTE_D)) | owner)
  entry(first + 8 * 4, OTHER_CALLED, FULL | owner)
}

function writeEntry({ ram }: TestStand, at: number, target: number, bits: number): void {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, (BigInt(target >>> 12) << 10n) | BigInt(bits), true)
  ram.write(at, bytes)
}
