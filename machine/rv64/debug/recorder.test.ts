import { beforeAll, describe, expect, it } from 'vitest'
import { image } from '../../../guest/images.ts'
import { disk } from '../../../guest/mkfs.ts'
import type { MachineSpec, Trace } from '../../machine.ts'
import { cycles, MiB } from '../../units.ts'
import { ENGINES } from '../engine/test-stand.fixture.ts'
import { Assembler } from '../isa/assemble.ts'
import { Rv64Machine } from '../rv64.ts'

const START = 0x8000_0000
const HANDLER = 0x8000_0100
const T0 = 5
const MTVEC = 0x305
const MEPC = 0x341
/** The reset ROM executes six instructions before the firmware's first. */
const RESET = 6

function bare(code: Assembler, engine: (typeof ENGINES)[number]): Rv64Machine {
  const kernel = new Uint8Array(64)
  new DataView(kernel.buffer).setUint32(56, 0x0543_5352, true) // the magic of a Linux image
  new DataView(kernel.buffer).setBigUint64(16, 64n, true)
  const banks = [{ bytes: 4 * MiB, role: 'original' }] as const
  const firmware = code.bytes()
  return new Rv64Machine({ firmware, kernel, banks, harts: 1, profile: 'flat', engine })
}

const pcOf = (code: Assembler, label: string): number => START + code.offset(label)

describe.each(ENGINES)('a record of the %s engine', (engine) => {
  it('counts each instruction where it is, and traps where they are taken', async () => {
    const code = new Assembler().address(T0, HANDLER).emit('csrrw', { rs1: T0, immediate: MTVEC })
    code.li(T0, 3).label('loop').emit('addi', { rd: T0, rs1: T0, immediate: -1 })
    code.to('loop', 'bne', { rs1: T0 }).label('call').emit('ecall').label('end').to('end', 'jal')
    while (code.length < HANDLER - START) code.emit('addi')
    code.emit('csrrs', { rd: T0, immediate: MEPC })
    code.emit('addi', { rd: T0, rs1: T0, immediate: 4 })
    code.emit('csrrw', { rs1: T0, immediate: MEPC }).emit('mret')
    const machine = bare(code, engine)
    const recording = machine.record(() => undefined)
    await machine.run({ deadline: cycles(100) })
    const { work, traps, spans } = recording.stop()

    const at = (pc: number) => work.find((place) => place.pc === pc)
    expect(at(pcOf(code, 'loop'))).toMatchObject({ privilege: 'M', cycles: 3, instructions: 3 })
    expect(at(pcOf(code, 'call'))).toMatchObject({ cycles: 1, instructions: 0 }) // it traps
    expect(at(HANDLER + 12)).toMatchObject({ cycles: 1, instructions: 1 })
    const pc = BigInt(pcOf(code, 'call'))
    const when = RESET + code.offset('loop') / 4 + 6 + 1
    expect(traps).toEqual([{ at: when, interrupt: false, cause: 11, to: 'M', pc }])
    expect(spans).toEqual([{ what: 'M', name: undefined, from: 0, to: 100 }])
  })
})

describe('a record of a kernel', () => {
  const until = { text: /(?:^|\n)\$ $/, deadline: cycles(1_000_000_000) }
  let alone: Rv64Machine
  let recorded: Rv64Machine
  let trace: Trace
  beforeAll(async () => {
    const [firmware, kernel] = await Promise.all([image('firmware'), image('kernel')])
    const spec: MachineSpec = {
      firmware: firmware.bytes,
      kernel: kernel.bytes,
      bootargs: 'seed=1',
      banks: [{ bytes: 128 * MiB, role: 'original' }],
      disk: await disk(),
      harts: 1,
      profile: 'flat',
    }
    alone = new Rv64Machine(spec)
    await alone.run(until)
    recorded = new Rv64Machine(spec)
    const recording = recorded.record((root) => `root ${root}`)
    await recorded.run(until)
    trace = recording.stop()
  })

  it('changes nothing', async () => {
    expect(recorded.now()).toBe(alone.now())
    expect(await recorded.digest()).toBe(await alone.digest())
  })

  it('accounts for every cycle and instruction', async () => {
    const { busy, instructions } = await alone.counters()
    const sum = (of: 'cycles' | 'instructions') =>
      trace.work.reduce((total, place) => total + place[of], 0)
    expect([sum('cycles'), sum('instructions')]).toEqual([busy, instructions])
  })

  it('has spans without gaps, and waits that add up', async () => {
    let at: number = trace.from
    for (const { from, to } of trace.spans) {
      expect([from, to > from]).toEqual([at, true])
      at = to
    }
    expect(at).toBe(trace.to)
    const waits = trace.spans.filter(({ what }) => what === 'wfi')
    const { cycles: all, busy } = await alone.counters()
    expect(waits.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(all - busy)
    expect(new Set(trace.spans.map(({ what }) => what))).toEqual(new Set(['M', 'HS', 'U', 'wfi']))
  })

  it('has every trap once', async () => {
    const { events } = await alone.counters()
    const counted = (kind: string) =>
      Object.entries(events)
        .filter(([name]) => name.startsWith(kind))
        .reduce((sum, [, count]) => sum + count, 0)
    const interrupts = trace.traps.filter(({ interrupt }) => interrupt)
    expect(interrupts.length).toBe(counted('trap-interrupt'))
    expect(trace.traps.length).toBe(counted('trap-'))
    expect(trace.lost).toBe(0)
  })

  it('and a debugger do not get on', () => {
    expect(() => recorded.debugger().halt()).not.toThrow()
    expect(() => recorded.record(() => undefined)).toThrow(/nobody else at work/)
  })
})
