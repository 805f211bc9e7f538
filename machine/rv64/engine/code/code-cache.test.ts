import { describe, expect, it } from 'vitest'
import { Assembler, encode } from '../../isa/assemble.ts'
import { CODE_PAGES } from '../../memory/layout.ts'
import { RAM_BASE } from '../../memory/ram.ts'
import { ENGINES, TestStand } from '../test-stand.fixture.ts'

/** MiB for more pages than can be decoded at once. */
const ROOM = 16
const PAGE = 4096
const [A0, A1, T0, T1, T2] = [10, 11, 5, 6, 7]

const words = (...list: number[]): Uint8Array => new Uint8Array(Uint32Array.from(list).buffer)
const word = (value: number): Uint8Array => words(value)

describe.each(ENGINES)('code that changes, on the %s engine', (engine) => {
  const start = (code: Uint8Array, at = RAM_BASE, megabytes = 1): TestStand => {
    const limits = { threshold: 1, batch: 1, eager: true }
    const stand = new TestStand({ engine, megabytes, limits })
    stand.ram.write(at, code)
    stand.pc = at
    return stand
  }

  it('executes what a store has just put over the next instruction', () => {
    const code = new Assembler()
    code.emit('auipc', { rd: T0 }).address(T1, encode('addi', { rd: A0, immediate: 7 }))
    const store = code.length
    code.emit('sw', { rs1: T0, rs2: T1, immediate: store + 4 })
    code.emit('addi', { rd: A0, immediate: 1 })
    const stand = start(code.bytes())
    stand.run(code.length / 4)
    expect(stand.x(A0)).toBe(7n)
  })

  it('goes on after a store over itself', () => {
    const code = new Assembler()
    code.emit('auipc', { rd: T0 })
    code.emit('sw', { rs1: T0, rs2: 0, immediate: 4 })
    code.emit('addi', { rd: A0, immediate: 1 })
    const stand = start(code.bytes())
    stand.run(3)
    expect(stand.x(A0)).toBe(1n)
  })

  it('sees a new value in the immediate of a loop, each time round', () => {
    const code = new Assembler()
    code.emit('auipc', { rd: T0 }).emit('lui', { rd: T2, immediate: 1 << 20 })
    code.label('again').emit('lw', { rd: T1, rs1: T0, immediate: 20 })
    code.emit('add', { rd: T1, rs1: T1, rs2: T2 }).emit('sw', { rs1: T0, rs2: T1, immediate: 20 })
    code.emit('addi', { rd: A0, rs1: A0 }).to('again', 'jal')
    const stand = start(code.bytes())
    const rounds = 10
    stand.run(2 + 5 * rounds)
    expect(stand.x(A0)).toBe(BigInt((rounds * (rounds + 1)) / 2))
  })

  it('sees a device write over code', () => {
    const stand = start(
      words(encode('addi', { rd: A0, rs1: A0, immediate: 1 }), encode('jal', { immediate: -4 })),
    )
    stand.run(10)
    stand.ram.write(RAM_BASE, word(encode('addi', { rd: A0, rs1: A0, immediate: 100 })))
    stand.run(2)
    expect(stand.x(A0)).toBe(105n)
  })

  it('runs code and data on one page', () => {
    const code = new Assembler()
    code.emit('auipc', { rd: T0 }).label('again')
    code.emit('addi', { rd: A0, rs1: A0, immediate: 1 })
    code.emit('sd', { rs1: T0, rs2: A0, immediate: 256 }).to('again', 'jal')
    const stand = start(code.bytes())
    stand.run(1 + 3 * 500)
    expect(stand.ram.view.getUint32(stand.ram.host(RAM_BASE + 256), true)).toBe(500)
  })

  it('executes an instruction across two pages, and its new second half', () => {
    const at = RAM_BASE + PAGE - 2
    const stand = start(word(encode('addi', { rd: A0, rs1: A0, immediate: 5 })), at)
    stand.ram.write(at + 4, word(encode('jal', { immediate: -4 })))
    stand.run(4)
    expect(stand.x(A0)).toBe(10n)
    stand.ram.write(at, word(encode('addi', { rd: A0, rs1: A0, immediate: 64 })))
    stand.run(2)
    expect(stand.x(A0)).toBe(74n)
    expect(stand.pc).toBe(BigInt(at))
  })

  it('jumps and links from across two pages', () => {
    const at = RAM_BASE + PAGE - 2
    const stand = start(word(encode('jalr', { rd: A1, rs1: T0 })), at)
    stand.setX(T0, RAM_BASE)
    stand.run(1)
    expect(stand.pc).toBe(BigInt(RAM_BASE))
    expect(stand.x(A1)).toBe(BigInt(at + 4))
  })

  it('stores over itself from across two pages', () => {
    const at = RAM_BASE + PAGE - 2
    const stand = start(word(encode('sw', { rs1: T0 })), at)
    stand.ram.write(at + 4, word(encode('addi', { rd: A0, immediate: 3 })))
    stand.setX(T0, at - 2)
    stand.run(2)
    expect(stand.x(A0)).toBe(3n)
  })

  it('has room for more pages of code than can be decoded at once', () => {
    const pages = CODE_PAGES + 20
    const stand = start(new Uint8Array(0), RAM_BASE, ROOM)
    stand.setX(T0, PAGE)
    for (let i = 0; i < pages; i++) {
      const code = new Assembler().emit('addi', { rd: A0, rs1: A0, immediate: 1 })
      code.emit('auipc', { rd: T1 }).emit('add', { rd: T1, rs1: T1, rs2: T0 })
      stand.ram.write(RAM_BASE + i * PAGE, code.emit('jalr', { rs1: T1, immediate: -4 }).bytes())
    }
    stand.run(4 * pages)
    expect(stand.x(A0)).toBe(BigInt(pages))
    stand.pc = RAM_BASE
    stand.run(4)
    expect(stand.x(A0)).toBe(BigInt(pages + 1))
  })
})

describe('the code cache', () => {
  const loop = new Assembler()
  loop.label('again').emit('sd', { rs1: T0, rs2: A0 }).to('again', 'jal')

  it('gives a page up that is written more than executed, and takes it again', () => {
    const stand = new TestStand({ engine: 'fast' })
    stand.ram.write(RAM_BASE, loop.bytes())
    stand.ram.write(RAM_BASE + PAGE, words(encode('jal')))
    stand.pc = RAM_BASE + PAGE
    stand.run(1)
    expect(stand.ram.code[1]).toBeGreaterThan(0)
    stand.setX(T0, RAM_BASE + PAGE + 64)
    stand.pc = RAM_BASE
    stand.run(200)
    expect(stand.ram.code[1]).toBe(0)
    expect(stand.hart.counters.codeDrops).toBe(1)
    stand.pc = RAM_BASE + PAGE
    stand.run(1)
    expect(stand.ram.code[1]).toBeGreaterThan(0)
    expect(stand.pc).toBe(BigInt(RAM_BASE + PAGE))
  })

  it('flushes its pool when it is full', () => {
    const stand = new TestStand({ engine: 'fast', megabytes: ROOM })
    for (let page = 0; page <= CODE_PAGES; page++) {
      stand.ram.write(RAM_BASE + page * PAGE, words(encode('addi')))
      stand.pc = RAM_BASE + page * PAGE
      stand.run(1)
    }
    expect(stand.hart.counters.codePoolFlushes).toBe(1)
    expect(stand.ram.code.filter((one) => one !== 0)).toHaveLength(1)
  })
})
