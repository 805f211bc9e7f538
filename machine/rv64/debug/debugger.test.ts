import { describe, expect, it } from 'vitest'
import { image } from '../../../guest/images.ts'
import { disk } from '../../../guest/mkfs.ts'
import { SymbolTable } from '../../elf/symbol-table.ts'
import type { Stop } from '../../machine.ts'
import { cycles, MiB } from '../../units.ts'
import { ENGINES } from '../engine/test-stand.fixture.ts'
import { Assembler } from '../isa/assemble.ts'
import { Rv64Machine } from '../rv64.ts'
import type { Debugger, Halt } from './debugger.ts'

const PROMPT = /(?:^|\n)\$ $/
const START = 0x8000_0000n
const [T0, T1] = [5, 6]
const NAMES = [...Array.from({ length: 32 }, (_, n) => `x${n}`), 'pc']
const deadline = cycles(10_000)

/** Firmware is the program; the kernel is a stub that is never reached. */
function machineOf(code: Assembler, engine: (typeof ENGINES)[number], harts = 1): Rv64Machine {
  const kernel = new Uint8Array(64)
  new DataView(kernel.buffer).setUint32(56, 0x0543_5352, true) // the magic of a Linux image
  new DataView(kernel.buffer).setBigUint64(16, 64n, true)
  const banks = [{ bytes: 4 * MiB, role: 'original' }] as const
  const firmware = code.bytes()
  return new Rv64Machine({ firmware, kernel, banks, harts, profile: 'flat', engine })
}

/** Runs until the machine stands, and tells why. */
async function halted(
  machine: Rv64Machine,
  how: 'step' | 'continue',
  until = deadline,
  only?: number,
): Promise<Halt | Stop> {
  const control = machine.debugger()
  const over = new AbortController()
  let why: Halt | undefined
  control.onHalt = (halt) => {
    why = halt
    over.abort()
  }
  control.resume(how, only)
  const stop = await machine.run({ deadline: until, signal: over.signal })
  return why ?? stop
}

/** t0 counts from 1 up; then t0 is stored at t1. */
const counting = (): Assembler =>
  new Assembler()
    .address(T1, 0x8001_0000)
    .li(T0, 0)
    .label('loop')
    .emit('addi', { rd: T0, rs1: T0, immediate: 1 })
    .label('store')
    .emit('sd', { rs1: T1, rs2: T0 })
    .to('loop', 'jal')

describe.each(ENGINES)('a debugger of the %s engine', (engine) => {
  it('halts before the instruction at a breakpoint, each time', async () => {
    const code = counting()
    const machine = machineOf(code, engine)
    const control = machine.debugger()
    const store = START + BigInt(code.offset('store'))
    control.addBreakpoint(store)
    for (const count of [1n, 2n, 3n]) {
      expect(await halted(machine, 'continue')).toEqual({ kind: 'breakpoint', hart: 0 })
      expect([control.pc, control.register(`x${T0}`)]).toEqual([store, count])
    }
    const now = machine.now()
    control.removeBreakpoint(store)
    expect(await halted(machine, 'continue')).toEqual({ kind: 'deadline' })
    expect(machine.now()).toBeGreaterThan(now)
  })

  it('steps one instruction', async () => {
    const code = counting()
    const machine = machineOf(code, engine)
    const control = machine.debugger()
    control.addBreakpoint(START + BigInt(code.offset('loop')))
    await halted(machine, 'continue')
    const now = machine.now()
    expect(await halted(machine, 'step')).toEqual({ kind: 'stepped', hart: 0 })
    expect([control.pc, machine.now()]).toEqual([START + BigInt(code.offset('store')), now + 1])
  })

  it('halts after a change of watched memory', async () => {
    const code = counting()
    const machine = machineOf(code, engine)
    const control = machine.debugger()
    expect(control.addWatchpoint(0x8001_0000n, 8)).toBe(true)
    const why = await halted(machine, 'continue')
    expect(why).toEqual({ kind: 'changed', hart: 0, address: 0x8001_0000n })
    expect([...control.read(0x8001_0000n, 8, false)]).toEqual([1, 0, 0, 0, 0, 0, 0, 0])
    expect(control.pc).toBe(START + BigInt(code.offset('store')) + 4n)
  })

  it('changes registers, memory and code', async () => {
    const code = counting()
    const machine = machineOf(code, engine)
    const control = machine.debugger()
    const loop = START + BigInt(code.offset('loop'))
    control.addBreakpoint(loop)
    await halted(machine, 'continue')
    expect(control.setRegister(`x${T0}`, 41n)).toBe(true)
    await halted(machine, 'continue')
    expect(control.register(`x${T0}`)).toBe(42n)
    expect(control.write(loop, Uint8Array.of(0x93, 0x82, 0x22, 0), false)).toBe(true) // addi t0, t0, 2
    await halted(machine, 'continue')
    expect(control.register(`x${T0}`)).toBe(44n)
    expect(control.setRegister('pc', START)).toBe(true)
    expect(control.pc).toBe(START)
    expect(control.setRegister('mscratch', 7n)).toBe(true)
    expect(control.register('mscratch')).toBe(7n)
    expect(control.setRegister('mhartid', 7n)).toBe(false) // it is read-only
  })
})

/** Each turn of a loop counts t0 and leads through four pages, over the end of the third by itself. */
function throughPages(): Assembler {
  const code = new Assembler()
  const place = (label: string, offset: number): Assembler => {
    for (let i = 0; code.label(`${label} ${i}`).offset(`${label} ${i}`) < offset; i++) {
      code.emit('addi')
    }
    return code.label(label)
  }
  code.li(T0, 0).label('loop').emit('addi', { rd: T0, rs1: T0, immediate: 1 }).to('far', 'jal')
  place('far', 0x1000).to('end', 'jal')
  place('end', 0x2ffc).emit('addi')
  return place('behind', 0x3000).to('loop', 'jal')
}

describe.each(ENGINES)(
  'a breakpoint of the %s engine in a page that is entered from others',
  (engine) => {
    it.each(['far', 'end', 'behind'])('is met each time, at %s', async (label) => {
      const code = throughPages()
      const machine = machineOf(code, engine)
      const control = machine.debugger()
      const address = START + BigInt(code.offset(label))
      const soon = () => cycles(machine.now() + 50_000)
      for (const warm of [20_001, 3_000, 1]) {
        control.removeAll()
        const until = cycles(machine.now() + warm) // compiled, by then
        expect(await halted(machine, 'continue', until)).toEqual({ kind: 'deadline' })
        control.addBreakpoint(address)
        await halted(machine, 'continue', soon())
        const first = control.register(`x${T0}`)!
        for (const more of [1n, 2n, 3n]) {
          expect(await halted(machine, 'continue', soon())).toEqual({ kind: 'breakpoint', hart: 0 })
          expect([control.pc, control.register(`x${T0}`)]).toEqual([address, first + more])
        }
      }
    })
  },
)

describe('a debugger', () => {
  it('sees the first instruction of an interrupt handler', async () => {
    const code = new Assembler()
    code.address(T0, 0x8000_0100).emit('csrrw', { rs1: T0, immediate: 0x305 }) // mtvec
    code.li(T0, 8).emit('csrrs', { rs1: T0, immediate: 0x304 }) // mie.MSIE
    code.emit('csrrs', { rs1: T0, immediate: 0x300 }) // mstatus.MIE
    code.address(T1, 0x200_0000).li(T0, 1) // msip of hart 0
    code.emit('sw', { rs1: T1, rs2: T0 }).label('end').to('end', 'jal')
    const machine = machineOf(code, 'fast')
    const control = machine.debugger()
    control.addBreakpoint(0x8000_0100n)
    expect(await halted(machine, 'continue')).toEqual({ kind: 'breakpoint', hart: 0 })
    expect(control.register('mcause')).toBe((1n << 63n) | 3n)
    expect(control.register('mepc')).toBe(START + BigInt(code.offset('end')))
  })

  it('refuses what is not RAM, and too much of anything', () => {
    const control = machineOf(counting(), 'fast').debugger()
    expect(control.read(0x1000_0000n, 4, false)).toHaveLength(0)
    expect(control.read((1n << 64n) - 1n, 4, false)).toHaveLength(0)
    expect(control.read(0x8040_0000n - 2n, 4, false)).toHaveLength(2)
    expect(control.write(0x8040_0000n - 2n, new Uint8Array(4), false)).toBe(false)
    expect(control.addWatchpoint(0x1000_0000n, 4)).toBe(false)
    expect(control.addWatchpoint(START, 65)).toBe(false)
    for (let n = 0n; n < 4096n; n++) expect(control.addBreakpoint(2n * n)).toBe(true)
    expect(control.addBreakpoint(1n)).toBe(false)
  })

  it('knows harts apart, and lets them take turns while one of them steps', async () => {
    const code = new Assembler().emit('csrrs', { rd: T0, immediate: 0xf14 }) // mhartid
    code.label('apart').emit('add', { rd: T1, rs1: T1, rs2: T0 }).to('apart', 'jal')
    const apart = START + BigInt(code.offset('apart'))
    const machine = machineOf(code, 'fast', 3)
    const control = machine.debugger()
    control.addBreakpoint(apart)
    const first = await halted(machine, 'continue')
    control.removeBreakpoint(apart)
    expect([first, control.harts, control.selected]).toEqual([
      { kind: 'breakpoint', hart: 0 },
      3,
      0,
    ])
    expect([control.select(3), control.select(-1), control.select(2)]).toEqual([false, false, true])
    expect([control.pc, control.register('mhartid')]).toEqual([0x1000n, 2n])
    expect(control.info()).toBe('hart 2 in M at 0x1000, cycle 0')
    expect(control.info(0)).toMatch(/^hart 0 in M at 0x80000004, cycle 7$/)
    expect(control.setRegister('x10', 5n)).toBe(true)
    const stepped = await halted(machine, 'step')
    expect([stepped, control.pc]).toEqual([{ kind: 'stepped', hart: 2 }, 0x1004n])
    expect(control.register('x10')).toBe(5n)
    expect((await machine.registers(0)).x[10]).toBe(0n)
    expect((await machine.registers(1)).x[T0]).toBe(1n)
  })

  it('lets breakpoints hold for one hart alone, while the others run past them', async () => {
    const code = new Assembler().emit('addi', { rd: T0, rs1: T0, immediate: 1 })
    code.label('again').emit('addi', { rd: T1, rs1: T1, immediate: 1 }).to('again', 'jal')
    const again = START + BigInt(code.offset('again'))
    const machine = machineOf(code, 'fast', 3)
    machine.debugger().addBreakpoint(again)
    expect(await halted(machine, 'continue', deadline, 2)).toEqual({ kind: 'breakpoint', hart: 2 })
    expect((await machine.registers(0)).x[T1]).toBeGreaterThan(0n)
    expect(await halted(machine, 'continue')).toMatchObject({ kind: 'breakpoint' })
    const hart = machine.debugger().selected
    expect(await halted(machine, 'continue', deadline, hart)).toEqual({ kind: 'breakpoint', hart })
  })

  it.each(['flat', 'in-order'])(
    'leaves a kernel’s boot as it would have been, whatever it looked at: %s',
    async (profile) => {
      const [firmware, kernel] = await Promise.all([image('firmware'), image('kernel')])
      const spec = {
        firmware: firmware.bytes,
        kernel: kernel.bytes,
        bootargs: 'seed=1',
        banks: [{ bytes: 128 * MiB, role: 'original' }],
        disk: await disk(),
        harts: 1,
        profile,
      } as const
      const until = { text: PROMPT, deadline: cycles(1_000_000_000) }
      const alone = new Rv64Machine(spec)
      await alone.run(until)

      const watched = new Rv64Machine(spec)
      const control = watched.debugger()
      const { address } = new SymbolTable(kernel.bytes, 'kernel').named('syscall')!
      control.addBreakpoint(address)
      let calls = 0
      control.onHalt = (why) => {
        if (why.kind === 'breakpoint') calls++
        look(control)
        control.resume(why.kind === 'breakpoint' && calls < 20 ? 'step' : 'continue')
      }
      expect((await watched.run(until)).kind).toBe('text')
      expect(calls).toBeGreaterThan(10)
      expect([watched.now(), await watched.digest()]).toEqual([alone.now(), await alone.digest()])
    },
  )
})

describe.each(['flat', 'in-order'])(
  'points among paged code at full speed, under %s,',
  (profile) => {
    const EAGER = { threshold: 1, batch: 1, eager: true }

    /** Where a boot stands at breakpoints and watchpoints in pages that are hot. */
    async function metBy(
      engine: (typeof ENGINES)[number],
      limits = {},
      from = 1,
    ): Promise<readonly unknown[]> {
      const [firmware, kernel] = await Promise.all([image('firmware'), image('kernel')])
      const spec = {
        firmware: firmware.bytes,
        kernel: kernel.bytes,
        bootargs: 'seed=1',
        banks: [{ bytes: 128 * MiB, role: 'original' }],
        disk: await disk(),
        harts: 1,
        profile,
        engine,
      } as const
      const symbols = new SymbolTable(kernel.bytes, 'kernel')
      const machine = new Rv64Machine(spec, { limits })
      await machine.run({ deadline: cycles(from) })
      const control = machine.debugger()
      for (const name of ['syscall', 'user_trap']) {
        control.addBreakpoint(symbols.named(name)!.address)
      }
      for (const name of ['ring_in', 'context_switches']) {
        expect(control.addWatchpoint(symbols.named(name)!.address, 4)).toBe(true)
      }
      const met: unknown[] = []
      control.onHalt = (why) => {
        met.push([machine.now(), why.kind, control.pc])
        control.resume('continue')
      }
      await machine.run({ text: PROMPT, deadline: cycles(1_000_000_000) })
      return met
    }

    it('are met when an engine that is asked at every instruction meets them', async () => {
      const met = await metBy('reference')
      const kinds = met.map((one) => (one as [number, string])[1])
      expect(kinds.filter((kind) => kind === 'changed').length).toBeGreaterThan(3)
      expect(kinds.filter((kind) => kind === 'breakpoint').length).toBeGreaterThan(20)
      expect(await metBy('fast')).toEqual(met)
      expect(await metBy('compiler')).toEqual(met)
      expect(await metBy('compiler', EAGER)).toEqual(met)
      // Set when the page has been decoded and compiled.
      const later = (met[met.length >> 1] as [number])[0] + 1
      expect(await metBy('compiler', EAGER, later)).toEqual(
        met.filter((one) => (one as [number])[0] >= later),
      )
    })
  },
)

it.each(['fast', 'compiler'] as const)(
  'the %s engine executes a page with points without a stop at each',
  async (engine) => {
    const code = counting()
    const machine = machineOf(code, engine)
    const control = machine.debugger()
    control.addBreakpoint(START + 0x800n)
    expect(control.addWatchpoint(0x8001_0100n, 8)).toBe(true) // beside what is stored to
    control.resume('continue')
    await machine.run({ deadline: cycles(1_000_000) })
    const { why } = await machine.counters()
    expect(why?.slice).toBeLessThan(100)
  },
)

it('a debugger leaves harts that talk to each other as they would have been', async () => {
  const kernel = (await image('smp/ipi')).bytes
  const banks = [{ bytes: 8 * MiB, role: 'original' }] as const
  const spec = { kernel, banks, harts: 4, profile: 'flat' } as const
  const until = { deadline: cycles(1_000_000) }
  const alone = new Rv64Machine(spec)
  expect(await alone.run(until)).toEqual({ kind: 'power-off', code: 0 })

  const watched = new Rv64Machine(spec)
  const control = watched.debugger()
  control.addBreakpoint(START)
  const stood: number[] = []
  control.onHalt = ({ kind, hart }) => {
    if (kind === 'breakpoint') stood.push(hart)
    for (let each = 0; each < control.harts; each++) {
      control.select(each)
      for (const name of NAMES) control.register(name)
      control.register('time')
    }
    control.resume(kind === 'breakpoint' ? 'step' : 'continue')
  }
  expect(await watched.run(until)).toEqual({ kind: 'power-off', code: 0 })
  expect(stood).toEqual([0, 1, 2, 3])
  expect([watched.now(), await watched.digest()]).toEqual([alone.now(), await alone.digest()])
})

function look(control: Debugger): void {
  for (const name of NAMES) expect(control.register(name)).toBeDefined()
  control.register('satp')
  expect(control.read(control.register('x2')!, 16, false)).toHaveLength(16)
}
