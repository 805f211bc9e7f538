import { beforeEach, describe, expect, it } from 'vitest'
import { Assembler, encode } from '../../isa/assemble.ts'
import { SUPERVISOR } from '../../isa/status.ts'
import { CELL, PRIVILEGE, VIRTUALISED } from '../../memory/layout.ts'
import { RAM_BASE } from '../../memory/ram.ts'
import { TestStand } from '../test-stand.fixture.ts'
import { MOST_FRAGMENTS } from './limits.ts'

const PAGE = 4096
const TABLE = RAM_BASE + 0x1_0000
const SSCRATCH = 0x140
const [RA, A0, A1, A2, T0] = [1, 10, 11, 12, 5]

const add = (rd: number, immediate: number): readonly [string, object] => [
  'addi',
  { rd, rs1: rd, immediate },
]

function standWith(limits: object = {}): TestStand {
  return new TestStand({ engine: 'compiler', limits: { threshold: 3, batch: 1, ...limits } })
}

const why = (stand: TestStand, name: string): number => stand.engine.why?.()[name] ?? 0

describe('the compiler', () => {
  let stand: TestStand

  beforeEach(() => {
    stand = standWith()
  })

  const load = (code: Assembler, at = RAM_BASE): void => stand.ram.write(at, code.bytes())

  it('leaves cold code alone', () => {
    load(new Assembler().emit(...add(A0, 1)).emit(...add(A0, 1)))
    stand.run(2)
    expect(why(stand, 'compiled-fragments')).toBe(0)
  })

  it('compiles a loop, and stops in it at each exact instruction', () => {
    const code = new Assembler()
      .label('again')
      .emit(...add(A0, 1))
      .emit(...add(A1, 1))
    load(code.emit(...add(A2, 1)).to('again', 'jal'))
    stand.run(400)
    expect(why(stand, 'compiled-fragments')).toBe(1)
    for (let n = 400; n < 440; n++) {
      const done = [A0, A1, A2].map((register) => stand.x(register))
      expect(done).toEqual([0, 1, 2].map((i) => BigInt(Math.ceil((n - i) / 4))))
      expect(stand.pc).toBe(BigInt(RAM_BASE + 4 * (n % 4)))
      stand.run(1)
    }
  })

  it('follows calls within a loop, and returns to whoever has called', () => {
    const code = new Assembler()
      .label('again')
      .to('f', 'jal', { rd: RA })
      .emit(...add(A0, 1))
    code
      .to('f', 'jal', { rd: RA })
      .emit(...add(A1, 1))
      .to('again', 'jal')
    load(
      code
        .label('f')
        .emit(...add(A2, 1))
        .emit('jalr', { rs1: RA }),
    )
    stand.run(9 * 100)
    expect([stand.x(A0), stand.x(A1), stand.x(A2)]).toEqual([100n, 100n, 200n])
    expect(why(stand, 'compiled-fragments')).toBeGreaterThan(0)
  })

  it('notices that a loop writes over itself', () => {
    const code = new Assembler()
      .emit('auipc', { rd: T0 })
      .label('again')
      .emit(...add(A0, 1))
    code.emit(...add(A1, -1)).to('again', 'bne', { rs1: A1 })
    code
      .emit('sw', { rs1: T0, rs2: A2, immediate: 4 })
      .emit(...add(A1, 50))
      .to('again', 'jal')
    load(code)
    stand.setX(A1, 50)
    stand.setX(A2, encode('addi', { rd: A0, rs1: A0, immediate: 100 }))
    stand.run(1 + 3 * 50)
    expect([stand.x(A0), why(stand, 'fragments-removed')]).toEqual([50n, 0])
    stand.run(3 + 3 * 50)
    expect(stand.x(A0)).toBe(50n + 5000n)
    expect(why(stand, 'fragments-removed')).toBeGreaterThan(0)
  })

  it("gives a guest its own copies of the supervisor's CSRs", () => {
    const code = new Assembler().label('again').emit(...add(A0, 1))
    code.emit('csrrw', { rd: A1, rs1: A0, immediate: SSCRATCH }).to('again', 'jal')
    load(code)
    const { hart } = stand
    hart.i32[PRIVILEGE >> 2] = SUPERVISOR
    hart.i32[VIRTUALISED >> 2] = 1
    hart.put(CELL.pmpaddr0, -1, -1)
    stand.ram.u8[CELL.pmpcfg0] = 0x1f
    hart.stateLoaded()
    stand.run(3 * 100)
    expect([hart.lo(CELL.vsscratch), hart.lo(CELL.sscratch), stand.x(A1)]).toEqual([100, 0, 99n])
    expect([why(stand, 'compiled-fragments'), why(stand, 'left-for-reference')]).toEqual([1, 0])
  })

  it('gives all fragments up when there are too many', () => {
    stand = standWith({ threshold: 2, instructions: 1 })
    const jumps = MOST_FRAGMENTS + 10
    const code = new Assembler()
    for (let i = 1; i < jumps; i++) code.emit('jal', { immediate: 4 })
    load(code.emit('jal', { immediate: -code.length }))
    stand.run(3 * jumps)
    expect(stand.pc).toBe(BigInt(RAM_BASE))
    expect(why(stand, 'compiled-fragments')).toBeGreaterThan(MOST_FRAGMENTS)
    expect(why(stand, 'fragments-cleared')).toBe(1)
  })
})

describe('a fragment over two pages', () => {
  const NEAR = RAM_BASE + 0x4000
  const other = (value: number) =>
    new Assembler()
      .emit(...add(A0, value))
      .emit('jalr', { rs1: RA })
      .bytes()
  let stand: TestStand

  /** A loop on the page at NEAR that calls the next page, which is mapped to `frame`. */
  beforeEach(() => {
    stand = standWith()
    const code = new Assembler().label('again').emit('jal', { rd: RA, immediate: PAGE })
    stand.ram.write(
      NEAR,
      code
        .emit(...add(A1, 1))
        .to('again', 'jal')
        .bytes(),
    )
    stand.ram.write(NEAR + PAGE, other(1))
    stand.ram.write(NEAR + 2 * PAGE, other(1000))
    const { hart } = stand
    entry(TABLE + 16, TABLE + PAGE, 1)
    entry(TABLE + PAGE, TABLE + 2 * PAGE, 1)
    map(NEAR, NEAR)
    map(NEAR + PAGE, NEAR + PAGE)
    hart.put(CELL.satp, 8 << 28, TABLE / PAGE)
    hart.put(CELL.pmpaddr0, -1, -1)
    stand.ram.u8[CELL.pmpcfg0] = 0x1f
    hart.i32[PRIVILEGE >> 2] = SUPERVISOR
    hart.stateLoaded()
    stand.pc = NEAR
  })

  const entry = (at: number, target: number, flags: number): void => {
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setBigUint64(0, (BigInt(target >>> 12) << 10n) | BigInt(flags), true)
    stand.ram.write(at, bytes)
  }
  const map = (va: number, pa: number): void =>
    entry(TABLE + 2 * PAGE + 8 * ((va >>> 12) & 511), pa, 0xcf)

  it('does not execute the old page once another is mapped', () => {
    stand.run(5 * 100)
    expect([stand.x(A0), why(stand, 'compiled-fragments') > 0]).toEqual([100n, true])
    map(NEAR + PAGE, NEAR + 2 * PAGE)
    stand.hart.tlb?.flushAll()
    stand.run(5 * 10)
    expect(stand.x(A0)).toBe(100n + 10_000n)
    map(NEAR + PAGE, NEAR + PAGE)
    stand.hart.tlb?.flushAll()
    stand.run(5 * 10)
    expect(stand.x(A0)).toBe(110n + 10_000n)
  })

  it('faults when the page is no longer mapped', () => {
    stand.run(5 * 100)
    entry(TABLE + 2 * PAGE + 8 * (((NEAR + PAGE) >>> 12) & 511), 0, 0)
    stand.hart.tlb?.flushAll()
    stand.run(2)
    expect([stand.hart.lo(CELL.mcause), stand.hart.lo(CELL.mepc) >>> 0]).toEqual([12, NEAR + PAGE])
  })

  it('runs at another address, and stays there', () => {
    stand.run(5 * 100)
    map(NEAR + 16 * PAGE, NEAR)
    map(NEAR + 17 * PAGE, NEAR + PAGE)
    stand.pc = NEAR + 16 * PAGE
    stand.run(5 * 100)
    expect(stand.x(A0)).toBe(200n)
    expect(stand.pc).toBe(BigInt(NEAR + 16 * PAGE))
  })
})
