// What firmware and kernels probe: legal values of every field, and who may touch which register.

import { beforeEach, describe, expect, it } from 'vitest'
import { ENGINES, TestStand } from '../engine/test-stand.fixture.ts'
import { csrRows } from '../hart/csr-table.ts'
import { encode } from '../isa/assemble.ts'
import { CAUSE } from '../isa/status.ts'
import { CELL, PRIVILEGE, VIRTUALISED } from '../memory/layout.ts'
import { RAM_BASE } from '../memory/ram.ts'

const ALL = (1n << 64n) - 1n
const [A0, A1] = [10, 11]
const HANDLER = RAM_BASE + 0x100
const NUMBER = new Map(csrRows.map(({ name, number }) => [name, number]))
const numberOf = (name: string): number => NUMBER.get(name)!

type Level = 'M' | 'HS' | 'U' | 'VS' | 'VU'
const LEVELS: Readonly<Record<Level, readonly [number, number]>> = {
  M: [3, 0],
  HS: [1, 0],
  U: [0, 0],
  VS: [1, 1],
  VU: [0, 1],
}

describe.each(ENGINES)('CSRs on the %s engine', (engine) => {
  let stand: TestStand

  beforeEach(() => {
    stand = new TestStand({ engine })
    stand.hart.put(CELL.pmpaddr0, 0x3f_ffff, -1)
    stand.ram.u8[CELL.pmpcfg0] = 0x1f
    stand.hart.put(CELL.mtvec, 0, HANDLER)
    stand.hart.stateLoaded()
  })

  /** Executes one instruction at a level. Returns the cause, if it trapped to M-mode. */
  const execute = (word: number, level: Level = 'M'): number | undefined => {
    const { hart, ram } = stand
    ram.write(RAM_BASE, new Uint8Array(Uint32Array.of(word).buffer))
    const [privilege, virtualised] = LEVELS[level]
    hart.i32[PRIVILEGE >> 2] = privilege
    hart.i32[VIRTUALISED >> 2] = virtualised
    hart.contextChanged()
    stand.pc = RAM_BASE
    stand.run(1)
    return stand.pc === BigInt(HANDLER) ? Number(hart.u64[CELL.mcause >> 3]!) : undefined
  }
  const csr = (operation: string, name: string, rd = 0, rs1 = 0): number =>
    encode(operation, { rd, rs1, immediate: numberOf(name) })
  const write = (name: string, value: bigint, level: Level = 'M'): number | undefined => {
    stand.setX(A1, value)
    return execute(csr('csrrw', name, 0, A1), level)
  }
  const read = (name: string, level: Level = 'M'): bigint => {
    expect(execute(csr('csrrs', name, A0), level)).toBeUndefined()
    return stand.x(A0)
  }
  /** What a register holds after a value has been written to it in M-mode. */
  const stored = (name: string, value: bigint): bigint => {
    expect(write(name, value)).toBeUndefined()
    return read(name)
  }

  it.each([
    ['misa', 0x8000_0000_0014_11adn],
    ['mvendorid', 0n],
    ['marchid', 0n],
    ['mhartid', 0n],
    ['hgeip', 0n],
  ])('%s reads a constant', (name, value) => {
    expect(read(name)).toBe(value)
  })

  it.each([
    ['mstatus', 0x8000_00ca_007e_79aan],
    ['medeleg', 0xf8_b7ffn],
    ['mideleg', 0x1666n],
    ['mie', 0x1eeen],
    ['mip', 0x226n],
    ['mtvec', ALL & ~2n],
    ['mepc', ALL & ~1n],
    ['mcause', (1n << 63n) | 0x3fn],
    ['mcounteren', 0xffff_ffffn],
    ['mcountinhibit', 0n],
    ['menvcfg', (5n << 61n) | 0x81n],
    ['senvcfg', 0x81n],
    ['sstatus', 0x8000_0002_000c_6122n],
    ['stvec', ALL & ~2n],
    ['sepc', ALL & ~1n],
    ['hstatus', 0x2_0070_03c0n],
    ['hedeleg', 0x8_b1ffn],
    ['hideleg', 0x444n],
    ['hie', 0x1444n],
    ['hvip', 0x444n],
    ['hgeie', 0n],
    ['vsstatus', 0x8000_0002_000c_6122n],
    ['pmpaddr3', (1n << 54n) - 1n],
    ['pmpaddr16', 0n],
    ['mhpmcounter3', 0n],
    ['mhpmevent31', 0n],
    ['tselect', 0n],
    ['tdata1', 0n],
    ['tdata2', 0n],
    ['tinfo', 1n],
  ])('%s keeps its legal bits', (name, value) => {
    expect(stored(name, ALL)).toBe(value)
  })

  it('lets S-mode clear cache blocks after reset, whoever the firmware is', () => {
    expect(read('menvcfg')).toBe((1n << 61n) | 0x80n)
  })

  it('keeps triggers to M-mode', () => {
    expect(execute(csr('csrrs', 'tselect', A0), 'HS')).toBe(2)
  })

  it('keeps MPP out of its reserved value', () => {
    stored('mstatus', 1n << 11n)
    expect(stored('mstatus', 2n << 11n) & (3n << 11n)).toBe(1n << 11n)
  })

  it.each([
    ['satp', 9n],
    ['satp', 10n],
    ['satp', 1n],
    ['vsatp', 9n],
  ])('ignores a write of %s with mode %s', (name, mode) => {
    stored(name, 0x1234n)
    expect(stored(name, (mode << 60n) | 0x777n)).toBe(0x1234n)
    expect(stored(name, (8n << 60n) | 0x777n)).toBe((8n << 60n) | 0x777n)
  })

  it('keeps the mode of hgatp when another is asked for, and its root aligned', () => {
    expect(stored('hgatp', (8n << 60n) | 0x783n)).toBe((8n << 60n) | 0x780n)
    expect(stored('hgatp', (9n << 60n) | 0x404n)).toBe((8n << 60n) | 0x404n)
  })

  it('makes W without R of PMP what it can be', () => {
    expect(stored('pmpcfg0', 0x0002_1fn)).toBe(0x1fn)
    expect(stored('pmpcfg0', 0x9fn)).toBe(0x9fn)
    expect(stored('pmpcfg0', 0n)).toBe(0x9fn) // locked until reset
    expect(stored('pmpaddr0', 0n)).toBe((1n << 54n) - 1n)
  })

  it('shows henvcfg only as far as menvcfg allows', () => {
    stored('menvcfg', 0n)
    stored('henvcfg', ALL)
    expect(read('henvcfg')).toBe(0x81n)
    stored('menvcfg', 1n << 63n)
    expect(read('henvcfg')).toBe((1n << 63n) | 0x81n)
  })

  it('sets and clears bits, by register and by immediate', () => {
    stored('mscratch', 0b1100n)
    stand.setX(A1, 0b1010n)
    execute(csr('csrrs', 'mscratch', A0, A1))
    expect([stand.x(A0), read('mscratch')]).toEqual([0b1100n, 0b1110n])
    stand.setX(A1, 0b1010n)
    execute(csr('csrrc', 'mscratch', A0, A1))
    expect(read('mscratch')).toBe(0b0100n)
    execute(csr('csrrwi', 'mscratch', 0, 31))
    execute(csr('csrrci', 'mscratch', 0, 3))
    execute(csr('csrrsi', 'mscratch', A0, 0))
    expect(stand.x(A0)).toBe(28n)
  })

  it('swaps a register with a CSR', () => {
    stored('mscratch', 5n)
    stand.setX(A0, 7)
    execute(csr('csrrw', 'mscratch', A0, A0))
    expect([stand.x(A0), read('mscratch')]).toEqual([5n, 7n])
  })

  it('refuses what does not exist, what is read-only, and floating point', () => {
    for (const number of [0x7c0, 0x001, 0x003, 0x3a1, 0x5a8, 0x747]) {
      expect(execute(encode('csrrs', { rd: A0, immediate: number }))).toBe(CAUSE.illegal)
      expect(stand.hart.u64[CELL.mtval >> 3]).toBe(
        BigInt(encode('csrrs', { rd: A0, immediate: number })),
      )
    }
    expect(write('mhartid', 1n)).toBe(CAUSE.illegal)
    expect(execute(csr('csrrs', 'mhartid', A0, A1))).toBe(CAUSE.illegal)
    expect(execute(csr('csrrs', 'mhartid', A0))).toBeUndefined()
  })

  it.each([
    ['mscratch', 'HS', CAUSE.illegal],
    ['mscratch', 'VS', CAUSE.illegal],
    ['sscratch', 'U', CAUSE.illegal],
    ['sscratch', 'VU', CAUSE.virtualInstruction],
    ['hstatus', 'U', CAUSE.illegal],
    ['hstatus', 'VS', CAUSE.virtualInstruction],
    ['vsscratch', 'VS', CAUSE.virtualInstruction],
    ['vsscratch', 'VU', CAUSE.virtualInstruction],
    ['time', 'HS', CAUSE.illegal], // mcounteren is 0
    ['stimecmp', 'HS', CAUSE.illegal], // menvcfg.STCE is 0
  ] as const)('%s from %s traps', (name, level, cause) => {
    expect(execute(csr('csrrs', name, A0), level)).toBe(cause)
  })

  it('gives counters by mcounteren, hcounteren and scounteren', () => {
    stored('mcounteren', 7n)
    expect(execute(csr('csrrs', 'time', A0), 'HS')).toBeUndefined()
    expect(execute(csr('csrrs', 'time', A0), 'U')).toBe(CAUSE.illegal)
    expect(execute(csr('csrrs', 'time', A0), 'VS')).toBe(CAUSE.virtualInstruction)
    stored('hcounteren', 7n)
    expect(execute(csr('csrrs', 'time', A0), 'VS')).toBeUndefined()
    expect(execute(csr('csrrs', 'time', A0), 'VU')).toBe(CAUSE.virtualInstruction)
    stored('scounteren', 7n)
    expect(execute(csr('csrrs', 'time', A0), 'VU')).toBeUndefined()
    expect(execute(csr('csrrs', 'time', A0), 'U')).toBeUndefined()
  })

  it('gives stimecmp by STCE of menvcfg and henvcfg', () => {
    stored('mcounteren', 7n)
    stored('hcounteren', 7n)
    stored('menvcfg', 1n << 63n)
    expect(write('stimecmp', 77n, 'HS')).toBeUndefined()
    expect(write('stimecmp', 88n, 'VS')).toBe(CAUSE.virtualInstruction)
    stored('henvcfg', 1n << 63n)
    expect(write('stimecmp', 88n, 'VS')).toBeUndefined()
    expect([read('stimecmp'), read('vstimecmp')]).toEqual([77n, 88n])
  })

  it('traps satp under TVM and VTVM', () => {
    stored('mstatus', 1n << 20n)
    expect(execute(csr('csrrs', 'satp', A0), 'HS')).toBe(CAUSE.illegal)
    expect(execute(csr('csrrs', 'hgatp', A0), 'HS')).toBe(CAUSE.illegal)
    expect(execute(csr('csrrs', 'vsatp', A0), 'HS')).toBeUndefined()
    expect(execute(csr('csrrs', 'satp', A0), 'VS')).toBeUndefined()
    stored('hstatus', 1n << 20n)
    expect(execute(csr('csrrs', 'satp', A0), 'VS')).toBe(CAUSE.virtualInstruction)
  })

  it('gives the guest its own copies', () => {
    stored('sscratch', 1n)
    expect(write('sscratch', 2n, 'VS')).toBeUndefined()
    expect([read('sscratch'), read('vsscratch'), read('sscratch', 'VS')]).toEqual([1n, 2n, 2n])
  })

  it('shows delegated interrupts to supervisor and guest', () => {
    stored('mideleg', 0x222n)
    stored('hideleg', 0x444n)
    stored('mie', ALL)
    stored('hvip', 0x444n)
    stored('mip', 0x222n | 4n)
    expect([read('sie'), read('sip'), read('hie'), read('hip')]).toEqual([
      0x222n,
      0x222n,
      0x1444n,
      0x444n,
    ])
    expect([read('vsie'), read('vsip')]).toEqual([0x222n, 0x222n])
    stored('hideleg', 0n)
    expect([read('vsie'), read('vsip')]).toEqual([0n, 0n])
  })

  it('keeps the wire from outside out of a read-modify-write of mip', () => {
    stand.hart.setWire(1 << 9, true)
    stand.setX(A1, 2n)
    execute(csr('csrrs', 'mip', A0, A1))
    expect(stand.x(A0)).toBe(0x200n)
    stand.hart.setWire(1 << 9, false)
    expect(read('mip')).toBe(2n)
  })

  it('counts what retired, and from what was written', () => {
    const before = read('minstret')
    expect(read('minstret')).toBe(before + 1n)
    expect(execute(0)).toBe(CAUSE.illegal)
    expect(read('minstret')).toBe(before + 2n) // the one that trapped did not retire
    stored('mscratch', 0n)
    write('minstret', 1000n)
    expect(read('minstret')).toBe(1000n)
    write('mcycle', ALL)
    expect(read('mcycle')).toBe(ALL)
    expect(read('mcycle')).toBe(0n)
  })
})
