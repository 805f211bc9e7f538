// Switches between address spaces, and fences, on each engine against the reference.

import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { Assembler } from '../../isa/assemble.ts'
import { SUPERVISOR, TVM } from '../../isa/status.ts'
import { CELL, DISCARD, VALUE } from '../../memory/layout.ts'
import { RAM_BASE } from '../../memory/ram.ts'
import { READ, WRITE } from '../../mmu/pte.ts'
import { saveHart } from '../../snapshot/hart-state.ts'
import { profileNamed } from '../../timing/profiles.ts'
import { digestOf, pagesOf } from '../memory-digest.fixture.ts'
import { TestStand, type TestStandOptions } from '../test-stand.fixture.ts'
import {
  CALLED,
  CODE,
  DATA,
  OTHER_CODE,
  type Program,
  prepare,
  program,
  ROOTS,
  satpOf,
  USED_BYTES,
  USERS,
} from './spaces.fixture.ts'

const BUDGET = 1200
const EAGER = { threshold: 1, batch: 1, eager: true }

const RIVALS: readonly (readonly [string, TestStandOptions])[] = [
  ['interpreter', { engine: 'fast' }],
  ['compiler', { engine: 'compiler', limits: EAGER }],
  [
    'compiler, of what has been executed',
    { engine: 'compiler', limits: { ...EAGER, threshold: 3, eager: false } },
  ],
  ['compiler, one instruction a block', { engine: 'compiler', limits: { ...EAGER, block: 1 } }],
]

const PROFILED = RIVALS.flatMap(([name, options]) =>
  (['flat', 'in-order'] as const).map(
    (profile) => [name, profile, options, profile === 'flat' ? 200 : 40] as const,
  ),
)

describe.each(PROFILED)('two address spaces on the %s under %s', (_, profile, options, runs) => {
  let reference: TestStand
  let fast: TestStand

  beforeAll(() => {
    const { core } = profileNamed(profile)
    const timing = core === undefined ? {} : { core }
    reference = new TestStand({ engine: 'reference', ...timing })
    fast = new TestStand({ ...options, ...timing })
  })

  it('are told apart as by the reference', () => {
    fc.assert(
      fc.property(program, (one) => {
        expect(stateAfter(fast, one, [BUDGET])).toEqual(stateAfter(reference, one, [BUDGET]))
      }),
      { numRuns: runs, seed: 2013 },
    )
  })

  it('are so however a run is cut into slices', () => {
    const cuts = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 20 })
    fc.assert(
      fc.property(program, cuts, (one, pieces) => {
        const whole = pieces.reduce((sum, piece) => sum + piece, 0)
        expect(stateAfter(fast, one, pieces)).toEqual(stateAfter(reference, one, [whole]))
      }),
      { numRuns: runs / 5, seed: 2013 },
    )
  })
})

/** No program yet, in S-mode. */
const SUPERVISOR_ONLY: Omit<Program, 'apart'> = {
  steps: [],
  privilege: SUPERVISOR,
  guest: 'none',
  allowed: true,
  sum: false,
}

function stateAfter(stand: TestStand, one: Program, cuts: readonly number[]): unknown {
  const { hart, ram, clock } = stand
  prepare(stand, one)
  let until = 0
  for (const cut of cuts) {
    until += cut
    // An instruction may have taken more than was left.
    if (until > clock.now) stand.run(until - clock.now)
  }
  hart.put(DISCARD, 0, 0) // the engines differ in what they discard
  const { timing, ...rest } = saveHart(hart)
  const used = ram.u8.subarray(ram.host(RAM_BASE), ram.host(RAM_BASE) + USED_BYTES)
  return {
    rest,
    now: clock.now,
    ram: pagesOf(used),
    timing: timing instanceof Uint8Array ? digestOf(timing) : timing,
  }
}

describe('a switch of the address space in a hot loop', () => {
  const [A0, T0, A2, S0, S1] = [10, 5, 12, 8, 9]
  const SATP = 0x180
  let stand: TestStand
  let flushes: number
  let walks: number

  /** Each round: one space, a load, a store, a fence of a page, a call; the other, the same. */
  beforeEach(() => {
    stand = new TestStand({ engine: 'compiler', limits: { threshold: 3, batch: 1 } })
    prepare(stand, { ...SUPERVISOR_ONLY, apart: [true, true] })
    const code = new Assembler().label('again')
    for (const rs1 of [S0, S1]) {
      code.emit('csrrw', { rs1, immediate: SATP }).emit('sfence.vma')
      code.emit('ld', { rd: T0, rs1: A0 }).emit('sd', { rs1: A0, rs2: T0, immediate: 8 })
      code.emit('sfence.vma', { rs1: A0 }).emit('jalr', { rd: 1, rs1: A2 })
    }
    for (const at of [CODE, OTHER_CODE]) stand.ram.write(at, code.to('again', 'jal').bytes())
    stand.setX(S0, satpOf(ROOTS[0]))
    stand.setX(S1, satpOf(ROOTS[1]))
    stand.setX(A0, DATA)
    stand.setX(A2, CALLED)
    const { hart } = stand
    const { tlb, mmu } = hart
    const [flush, translate] = [tlb!.flushSupervisor.bind(tlb), mmu.translate.bind(mmu)]
    flushes = 0
    walks = 0
    tlb!.flushSupervisor = () => {
      flushes++
      flush()
    }
    mmu.translate = (...request) => {
      walks++
      return translate(...request)
    }
    stand.run(200)
  })

  const ROUND = 17
  const events = (): Record<string, number> => stand.hart.counters.events()

  it('takes no TypeScript, and is counted', () => {
    const before = events()
    const [switches, walked] = [flushes, walks]
    stand.run(100 * ROUND)
    expect([flushes, walks]).toEqual([switches, walked])
    expect(events()['tlb-flush-all']! - before['tlb-flush-all']!).toBe(200)
    expect(events()['tlb-flush-page']! - before['tlb-flush-page']!).toBe(200)
    expect(stand.x(16) - stand.x(17)).toBeLessThan(2n)
  })

  it('traps where a supervisor may not', () => {
    const { hart } = stand
    hart.i32[CELL.mstatus >> 2]! |= TVM
    const before = events()['trap-exception-2'] ?? 0
    stand.run(2 * ROUND)
    expect(events()['trap-exception-2']! - before).toBeGreaterThan(0)
    expect(hart.lo(CELL.mcause)).toBe(2)
  })

  it.each([3, 2048])('leaves none of %d pages behind', (pages) => {
    const { tlb } = stand.hart
    const numbers = Array.from({ length: pages }, (_, i) => 4096 * i)
    const known = () =>
      [READ, WRITE].flatMap((access) =>
        numbers.filter((lo) => tlb!.find(access as typeof READ, 1, lo, 1) !== 0),
      ).length
    for (const lo of numbers) {
      tlb!.fill(READ, 1, lo, VALUE, tlb!.dataSet())
      tlb!.fill(WRITE, 1, lo, VALUE, tlb!.dataSet())
    }
    expect(known()).toBe(2 * pages)
    stand.run(ROUND)
    expect(known()).toBe(0)
  })

  it('marks the pages that it stores into as touched', () => {
    const { ram } = stand
    const page = (DATA - RAM_BASE) / 4096
    ram.touched[page] = 0
    stand.run(2 * ROUND)
    expect(ram.touched[page]).toBe(1)
  })
})

describe('a fragment that changes the space on another page than it begins on', () => {
  const [COUNT, NEXT] = [10, 9]
  const SECOND = CODE - (CODE & 0xfff) + 4096

  it.each([
    [true, false],
    [false, true],
  ])('executes what is mapped now, if so in the first page: %s', (...apart) => {
    const stand = new TestStand({ engine: 'compiler', limits: { threshold: 3, batch: 1 } })
    prepare(stand, { ...SUPERVISOR_ONLY, apart })
    const switched = (code: Assembler): Assembler =>
      code.emit('csrrw', { rd: NEXT, rs1: NEXT, immediate: 0x180 }).emit('sfence.vma')
    const counted = (code: Assembler, by: number): Assembler =>
      code.emit('addi', { rd: COUNT, rs1: COUNT, immediate: by })
    /** One page switches, the other, which differs, counts; the first is left by its end. */
    const write = (at: number, by: number): void => {
      const start = at + 0x1000 - (at & 0xfff) - (apart[0] ? 4 : 8)
      const code = new Assembler()
      if (apart[0]) switched(counted(code, by))
      else counted(switched(code), by)
      stand.ram.write(start, code.emit('jal', { immediate: -12 }).bytes())
    }
    write(CODE, 1)
    write(OTHER_CODE, 1000)
    stand.setX(COUNT, 0)
    stand.setX(NEXT, satpOf(ROOTS[1]))
    stand.pc = SECOND - (apart[0] ? 4 : 8)
    stand.run(4 * 200)
    expect(stand.x(COUNT)).toBe(100n * 1001n)
    expect(stand.engine.why?.()['left-for-reference']).toBe(0)
  })
})

it.each([
  [true, 1],
  [false, 0],
])('asks a guest for its own SUM: %s', (sum, faults) => {
  const stand = new TestStand({ engine: 'fast' })
  const load = (code: Assembler) =>
    code
      .li(6, USERS - DATA)
      .emit('add', { rd: 6, rs1: 6, rs2: 24 })
      .emit('ld', { rd: 5, rs1: 6 })
  const toOther = (code: Assembler) => code.emit('csrrw', { rs1: 21, immediate: 0x180 })
  prepare(stand, {
    ...SUPERVISOR_ONLY,
    ...{ steps: [toOther, load], guest: 'one stage', sum, apart: [false, false] },
  })
  stand.run(5)
  expect(stand.hart.counters.events()['trap-exception-13'] ?? 0).toBe(faults)
})
