import { beforeEach, describe, expect, it } from 'vitest'
import { ENGINES, TestStand } from '../engine/test-stand.fixture.ts'
import { encode } from '../isa/assemble.ts'
import { CAUSE, MACHINE, SUPERVISOR, USER } from '../isa/status.ts'
import { CELL, PMP_OPEN, PRIVILEGE } from '../memory/layout.ts'
import { RAM_BASE } from '../memory/ram.ts'
import { EXECUTE, READ, WRITE } from './pte.ts'

const [R, W, X] = [1, 2, 4]
const [TOR, NA4, NAPOT] = [1 << 3, 2 << 3, 3 << 3]
const LOCKED = 0x80
const PAGE = 4096

describe('PMP', () => {
  let stand: TestStand
  const entry = (i: number, address: number, config: number): void => {
    stand.hart.put(CELL.pmpaddr0 + 8 * i, Math.floor(address / 2 ** 32), address | 0)
    stand.ram.u8[CELL.pmpcfg0 + i] = config
    stand.hart.stateLoaded()
  }
  /** pmpaddr for a naturally aligned range. */
  const napot = (base: number, bytes: number): number => base / 4 + bytes / 8 - 1
  const allows = (
    at: number,
    access: 0 | 1 | 2 = READ,
    privilege: number = SUPERVISOR,
    bytes = 4,
  ) => stand.hart.pmp.allows(at, bytes, access, privilege)

  beforeEach(() => {
    stand = new TestStand({ engine: 'reference' })
  })

  it('without any entry allows M-mode and nobody else', () => {
    expect([
      allows(RAM_BASE, READ, MACHINE),
      allows(RAM_BASE),
      allows(RAM_BASE, READ, USER),
    ]).toEqual([true, false, false])
  })

  it('knows ranges from the entry below', () => {
    entry(0, 0x8000_1000 / 4, 0)
    entry(1, 0x8000_2000 / 4, TOR | R | W)
    const answers = [0x8000_0ffc, 0x8000_1000, 0x8000_1ffc, 0x8000_2000].map((at) => allows(at))
    expect(answers).toEqual([false, true, true, false])
    expect(allows(0x8000_1000, WRITE)).toBe(true)
    expect(allows(0x8000_1000, EXECUTE)).toBe(false)
  })

  it('knows naturally aligned ranges of 4 bytes to everything', () => {
    entry(0, 0x8000_0010 / 4, NA4 | R)
    expect([allows(0x8000_000c), allows(0x8000_0010), allows(0x8000_0014)]).toEqual([
      false,
      true,
      false,
    ])
    entry(0, napot(0x8000_0000, 8), NAPOT | R)
    expect([allows(0x8000_0004), allows(0x8000_0008)]).toEqual([true, false])
    entry(0, napot(0x8000_0000, 2 ** 31), NAPOT | R)
    expect([allows(0x7fff_fffc), allows(0xffff_fffc), allows(2 ** 32)]).toEqual([
      false,
      true,
      false,
    ])
    stand.hart.put(CELL.pmpaddr0, 0x3f_ffff, -1)
    stand.hart.stateLoaded()
    expect([allows(0), allows(2 ** 52)]).toEqual([true, true])
  })

  it('lets the lowest entry decide, and demands that it covers the whole access', () => {
    entry(0, 0x8000_0004 / 4, NA4)
    entry(1, napot(0x8000_0000, PAGE), NAPOT | R | W | X)
    expect(allows(0x8000_0000)).toBe(true)
    expect(allows(0x8000_0004)).toBe(false)
    expect(allows(0x8000_0000, READ, SUPERVISOR, 8)).toBe(false)
  })

  it('binds M-mode by locked entries only', () => {
    entry(0, napot(0x8000_0000, PAGE), NAPOT | R)
    expect(allows(0x8000_0000, WRITE, MACHINE)).toBe(true)
    entry(0, napot(0x8000_0000, PAGE), NAPOT | R | LOCKED)
    expect(allows(0x8000_0000, WRITE, MACHINE)).toBe(false)
    expect(allows(0x8000_0000, READ, MACHINE)).toBe(true)
  })

  it('says from which page of RAM on everything is allowed to everybody', () => {
    const from = () => stand.hart.i32[PMP_OPEN >> 2]
    const { pages } = stand.ram
    const all = NAPOT | R | W | X
    expect(from()).toBe(pages)
    entry(0, napot(RAM_BASE, 2 ** 31), all)
    expect(from()).toBe(0)
    entry(0, napot(RAM_BASE, 8 * PAGE), NAPOT)
    expect(from()).toBe(pages)
    entry(1, napot(0, 2 ** 33), all)
    expect(from()).toBe(8)
    entry(0, napot(RAM_BASE + 4 * PAGE, 8), NAPOT)
    expect(from()).toBe(5)
    entry(0, napot(0x1000_0000, PAGE), NAPOT)
    expect(from()).toBe(0)
    entry(0, napot(RAM_BASE, 2 ** 31), NAPOT | R)
    expect(from()).toBe(pages)
  })

  it('lets everything before what is allowed to everybody be decided by itself', () => {
    entry(0, napot(RAM_BASE, 8 * PAGE), NAPOT)
    entry(1, napot(0, 2 ** 33), NAPOT | R | W | X)
    const end = RAM_BASE + 8 * PAGE
    expect([allows(RAM_BASE), allows(end - 4), allows(end), allows(RAM_BASE - 4)]).toEqual([
      false,
      false,
      true,
      true,
    ])
    expect(allows(end - 4, READ, SUPERVISOR, 8)).toBe(false)
    expect(stand.hart.pmp.uniform(end - PAGE)).toBe(true)
  })

  it('says which pages have one answer', () => {
    entry(0, 0x8000_1800 / 4, TOR | R)
    const { pmp } = stand.hart
    expect([pmp.uniform(0x8000_0000), pmp.uniform(0x8000_1000), pmp.uniform(0x8000_2000)]).toEqual([
      true,
      false,
      true,
    ])
  })
})

describe.each(ENGINES)('PMP on the %s engine', (engine) => {
  it('splits a page between what is allowed and what is not, for data and for code', () => {
    const stand = new TestStand({ engine })
    stand.hart.put(CELL.pmpaddr0, 0, (RAM_BASE + 0x1800) / 4)
    stand.ram.u8[CELL.pmpcfg0] = TOR | R | X
    stand.hart.put(CELL.mtvec, 0, RAM_BASE + 0x4000)
    stand.hart.i32[PRIVILEGE >> 2] = SUPERVISOR
    stand.hart.stateLoaded()
    const code = [encode('lw', { rd: 10, rs1: 5 }), encode('lw', { rd: 11, rs1: 5, immediate: 4 })]
    stand.ram.write(RAM_BASE + 0x17f8, new Uint8Array(Uint32Array.from(code).buffer))
    stand.setX(5, RAM_BASE + 0x17fc)
    stand.pc = RAM_BASE + 0x17f8
    stand.run(1)
    expect(stand.x(10)).toBe(BigInt(code[1]!))
    stand.run(1)
    const { u64 } = stand.hart
    expect([u64[CELL.mcause >> 3], u64[CELL.mtval >> 3]]).toEqual([
      BigInt(CAUSE.loadAccess),
      BigInt(RAM_BASE + 0x1800),
    ])
    stand.hart.i32[PRIVILEGE >> 2] = SUPERVISOR
    stand.hart.contextChanged()
    stand.pc = RAM_BASE + 0x1800
    stand.run(1)
    expect([u64[CELL.mcause >> 3], u64[CELL.mtval >> 3]]).toEqual([
      BigInt(CAUSE.fetchAccess),
      BigInt(RAM_BASE + 0x1800),
    ])
  })
})
