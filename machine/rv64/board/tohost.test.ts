// Programs that end by HTIF, on the whole machine: an ELF whose symbol table names `tohost`.

import { describe, expect, it } from 'vitest'
import type { Machine, MachineSpec, Pacer, Stop } from '../../machine.ts'
import { openMachine } from '../../open.ts'
import { cycles } from '../../units.ts'
import { ENGINES } from '../engine/test-stand.fixture.ts'
import { Assembler } from '../isa/assemble.ts'
import { RAM_BASE } from '../memory/ram.ts'

const [A0, A1] = [10, 11]
const TOHOST = RAM_BASE + 0x1000
const [HEADER, PROGRAM_HEADER, SECTION_HEADER, SYMBOL] = [64, 56, 64, 24]
const NAMES = '\0tohost\0'

/** An executable at RAM_BASE with the symbol `tohost`. */
function elfOf(code: Uint8Array): Uint8Array {
  const symbols = HEADER + PROGRAM_HEADER + code.length
  const names = symbols + 2 * SYMBOL
  const sections = (names + NAMES.length + 7) & ~7
  const bytes = new Uint8Array(sections + 3 * SECTION_HEADER)
  const view = new DataView(bytes.buffer)
  const long = (at: number, value: number): void => view.setBigUint64(at, BigInt(value), true)
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  view.setUint16(16, 2, true)
  view.setUint16(18, 243, true)
  long(24, RAM_BASE)
  long(32, HEADER)
  long(40, sections)
  view.setUint16(54, PROGRAM_HEADER, true)
  view.setUint16(56, 1, true)
  view.setUint16(58, SECTION_HEADER, true)
  view.setUint16(60, 3, true)
  view.setUint32(HEADER, 1, true)
  long(HEADER + 8, HEADER + PROGRAM_HEADER)
  long(HEADER + 16, RAM_BASE)
  long(HEADER + 24, RAM_BASE)
  long(HEADER + 32, code.length)
  long(HEADER + 40, code.length)
  bytes.set(code, HEADER + PROGRAM_HEADER)
  view.setUint32(symbols + SYMBOL, 1, true)
  view.setUint16(symbols + SYMBOL + 6, 1, true) // defined
  long(symbols + SYMBOL + 8, TOHOST)
  bytes.set(new TextEncoder().encode(NAMES), names)
  const section = (index: number, type: number, at: number, length: number): void => {
    const header = sections + index * SECTION_HEADER
    view.setUint32(header + 4, type, true)
    long(header + 24, at)
    long(header + 32, length)
    view.setUint32(header + 40, 2, true)
  }
  section(1, 2, symbols, 2 * SYMBOL)
  section(2, 3, names, NAMES.length)
  return bytes
}

describe.each(ENGINES)('a program with tohost on the %s engine', (engine) => {
  const open = (code: Assembler, change: Partial<MachineSpec> = {}): Promise<Machine> =>
    openMachine({
      kernel: elfOf(code.bytes()),
      banks: [{ bytes: 4 << 20, role: 'original' }],
      harts: 1,
      profile: 'flat',
      engine,
      ...change,
    })
  const run = async (code: Assembler): Promise<Stop> =>
    (await open(code)).run({ deadline: cycles(1_000_000) })
  const store = (code: Assembler, word: number): Assembler =>
    code.address(A0, TOHOST).li(A1, word).emit('sd', { rs1: A0, rs2: A1 })
  const waiting = (code: Assembler): Assembler => code.label('wait').emit('wfi').to('wait', 'jal')

  it('ends with the number of the test that failed, though it waits for ever', async () => {
    expect(await run(waiting(store(new Assembler(), 1)))).toEqual({ kind: 'power-off', code: 0 })
    expect(await run(waiting(store(new Assembler(), 11)))).toEqual({ kind: 'power-off', code: 5 })
  })

  it('is stuck if it waits for ever and has said nothing', async () => {
    const why = 'wfi with no interrupt to come'
    expect(await run(waiting(new Assembler()))).toEqual({ kind: 'stuck', why })
  })

  it('waits for the outside, if somebody is there, all at once', async () => {
    const asked: number[] = []
    const pacer: Pacer = {
      idle: async (_now, to) => void asked.push(to),
      breathe: async () => {},
    }
    const machine = await open(waiting(new Assembler()), { pacer })
    expect(await machine.run({ deadline: cycles(50_000) })).toEqual({ kind: 'deadline' })
    expect(asked).toEqual([50_000])
  })

  it('is not stuck while a timer is to come', async () => {
    const code = new Assembler()
      .address(A0, 0x0200_4000) // mtimecmp
      .li(A1, 5000)
      .emit('sd', { rs1: A0, rs2: A1 })
      .li(A1, 0x80)
      .emit('csrrs', { rs1: A1, immediate: 0x304 }) // mie.MTIE
      .emit('wfi')
    expect(await run(waiting(store(code, 1)))).toEqual({ kind: 'power-off', code: 0 })
  })
})
