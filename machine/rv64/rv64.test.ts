import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Machine, MachineSpec, Pacer } from '../machine.ts'
import { openMachine } from '../open.ts'
import { cycles, physical } from '../units.ts'
import { ENGINES } from './engine/test-stand.fixture.ts'
import { Assembler } from './isa/assemble.ts'
import { MEMORY_MAP } from './memory/memory-map.ts'
import { Rv64Machine } from './rv64.ts'

const MiB = 1 << 20
const [A0, A1, T0, T1, T2] = [10, 11, 5, 6, 7]
const [MTVEC, MEPC] = [0x305, 0x341]
const RAM = 0x8000_0000
const { clint, finisher, plic, uart } = MEMORY_MAP
/** The reset ROM executes six instructions before the firmware's first. */
const RESET = 6

/** Firmware is the program; the kernel is a stub that is never reached. */
function specOf(code: Assembler, change: Partial<MachineSpec> = {}): MachineSpec {
  const kernel = new Uint8Array(64)
  new DataView(kernel.buffer).setUint32(56, 0x0543_5352, true) // the magic of a Linux image
  new DataView(kernel.buffer).setBigUint64(16, 64n, true)
  const banks = [{ bytes: 4 * MiB, role: 'original' }] as const
  return { firmware: code.bytes(), kernel, banks, harts: 1, profile: 'flat', ...change }
}

const print = (code: Assembler, text: string): Assembler => {
  code.address(T0, uart.base)
  for (const letter of text) {
    code.li(T1, letter.charCodeAt(0)).emit('sb', { rs1: T0, rs2: T1 })
  }
  return code
}
const powerOff = (code: Assembler, word: number): Assembler =>
  code
    .address(T0, finisher.base)
    .li(T1, word)
    .emit('sw', { rs1: T0, rs2: T1 })
    .label('end')
    .to('end', 'jal')
const forever = (code: Assembler): Assembler => code.label('end').to('end', 'jal')

describe.each(ENGINES)('the machine with the %s engine', (engine) => {
  const open = (code: Assembler, change: Partial<MachineSpec> = {}): Promise<Machine> =>
    openMachine(specOf(code, { engine, ...change }))
  const deadline = cycles(100_000)

  it.each([
    [0x5555, 0],
    [0x3333 | (42 << 16), 42],
  ])('ends by the finisher (%i)', async (word, code) => {
    const machine = await open(powerOff(new Assembler(), word))
    expect(await machine.run({ deadline })).toEqual({ kind: 'power-off', code })
    expect(await machine.run({ deadline })).toEqual({ kind: 'power-off', code })
  })

  it('counts one cycle an instruction, by hand', async () => {
    const code = new Assembler()
    code.emit('addi', { rd: T2, immediate: 10 }) // 1
    code
      .label('loop')
      .emit('addi', { rd: T2, rs1: T2, immediate: -1 })
      .to('loop', 'bne', { rs1: T2 }) // 20
    code.emit('mul', { rd: A0, rs1: T2, rs2: T2 }).emit('div', { rd: A0, rs1: A0, rs2: T2 }) // 2
    code.emit('lw', { rd: A0, rs1: 2 }) // 1: x2 is 0, no device there; traps to mtvec 0, which traps on
    const machine = await open(code)
    await machine.run({ deadline: cycles(RESET + 24) })
    const { cycles: now, busy, instructions, events } = await machine.counters()
    expect([now, busy, instructions]).toEqual([RESET + 24, RESET + 24, RESET + 23])
    expect(events['trap-exception-5']).toBe(1)
  })

  it('stops at the deadline, exactly', async () => {
    const machine = await open(forever(new Assembler()))
    expect(await machine.run({ deadline: cycles(12_345) })).toEqual({ kind: 'deadline' })
    expect(machine.now()).toBe(12_345)
    expect(await machine.run({ deadline: cycles(12_345) })).toEqual({ kind: 'deadline' })
    expect((await machine.registers(0)).pc).toBe(0x8000_0000n)
  })

  it('stops in user mode: where it is, or at the next return', async () => {
    const [handler, user] = [RAM + 0x40, RAM + 0x80]
    const code = new Assembler().address(T0, handler).emit('csrrw', { rs1: T0, immediate: MTVEC })
    code.address(T0, user).emit('csrrw', { rs1: T0, immediate: MEPC }).emit('mret')
    while (code.length < handler - RAM) code.emit('addi')
    code.emit('addi').emit('addi').emit('mret')
    while (code.length < user - RAM) code.emit('addi')
    const machine = await open(code.emit('ecall'))
    const state = async () => {
      const { privilege, pc } = await machine.registers(0)
      return { at: machine.now(), privilege, pc: Number(pc) }
    }
    expect(await machine.run({ user: true, deadline })).toEqual({ kind: 'user' })
    const first = await state()
    expect(first).toMatchObject({ privilege: 'U', pc: user })
    expect(await machine.run({ user: true, deadline })).toEqual({ kind: 'user' })
    expect(await state()).toEqual(first)
    await machine.run({ deadline: cycles(first.at + 1) })
    expect(await state()).toMatchObject({ privilege: 'M', pc: handler })
    expect(await machine.run({ user: true, deadline })).toEqual({ kind: 'user' })
    expect(await state()).toEqual({ ...first, at: first.at + 4 })
    const never = await open(forever(new Assembler()))
    expect(await never.run({ user: true, deadline: cycles(500) })).toEqual({ kind: 'deadline' })
  })

  it('stops right after the byte that completes the text', async () => {
    const machine = await open(forever(print(new Assembler(), 'one two')))
    const stop = await machine.run({ text: /o.e/, deadline })
    expect(stop.kind === 'text' && stop.match[0]).toBe('one')
    expect(machine.console.transcript).toBe('one')
    const second = await machine.run({ text: /^ t/, deadline })
    expect(second.kind === 'text' && second.match[0]).toBe(' t')
    const third = await machine.run({ text: /before two$/, heard: 'before t', deadline })
    expect(third.kind === 'text' && third.match[0]).toBe('before two')
    expect(await machine.run({ text: /three/, deadline })).toEqual({ kind: 'deadline' })
    expect(machine.console.transcript).toBe('one two')
  })

  it('tells listeners what is written, until they have enough', async () => {
    const machine = await open(forever(print(new Assembler(), 'ab')))
    const heard: string[] = []
    const stop = machine.console.listen((text) => {
      heard.push(text)
      stop()
    })
    await machine.run({ deadline })
    expect(heard).toEqual(['a'])
  })

  it('is stuck when nothing can end wfi', async () => {
    const machine = await open(new Assembler().emit('wfi'))
    const stop = await machine.run({ deadline })
    expect(stop).toEqual({ kind: 'stuck', why: 'wfi with no interrupt to come' })
    expect(machine.now()).toBe(RESET + 1)
  })

  it('jumps over the time in wfi, and does not count it as busy', async () => {
    const code = new Assembler()
    code
      .address(T0, clint.base + 0x4000)
      .li(T1, 500)
      .emit('sd', { rs1: T0, rs2: T1 })
    code.emit('csrrwi', { rs1: 0, immediate: 0x300 }).li(T1, 1 << 7)
    code
      .emit('csrrw', { rs1: T1, immediate: 0x304 })
      .emit('wfi')
      .emit('csrrs', { rd: A0, immediate: 0xc01 })
    const length = code.length / 4
    const machine = await open(forever(code))
    await machine.run({ deadline: cycles(50_001) })
    const counters = await machine.counters()
    expect(counters.busy).toBe(RESET + length - 1 + 1)
    expect((await machine.registers(0)).x[A0]).toBe(500n)
  })

  it('wakes for typed text', async () => {
    const code = new Assembler()
    code
      .address(T0, uart.base)
      .emit('addi', { rd: T1, immediate: 1 })
      .emit('sb', { rs1: T0, rs2: T1, immediate: 1 })
    code.address(T2, plic.base).emit('sw', { rs1: T2, rs2: T1, immediate: 40 }) // priority of source 10
    code
      .li(A1, 0x2000)
      .emit('add', { rd: A1, rs1: A1, rs2: T2 })
      .li(A0, 1 << 10)
    code
      .emit('sw', { rs1: A1, rs2: A0 })
      .li(T1, 1 << 11)
      .emit('csrrw', { rs1: T1, immediate: 0x304 })
    code.emit('wfi').emit('lbu', { rd: A0, rs1: T0 }).emit('sb', { rs1: T0, rs2: A0 })
    const machine = await open(forever(code))
    expect((await machine.run({ deadline })).kind).toBe('stuck')
    machine.console.type('k')
    expect((await machine.run({ text: /k/, deadline })).kind).toBe('text')
  })

  it('logs marks, and loses what is too much', async () => {
    const code = new Assembler().word(0x00202013).word(0x00302013)
    const machine = await open(forever(code))
    await machine.run({ deadline })
    expect(machine.takeMarks()).toEqual({
      marks: [
        { n: 2, cycles: RESET, busy: RESET, instructions: RESET },
        { n: 3, cycles: RESET + 1, busy: RESET + 1, instructions: RESET + 1 },
      ],
      lost: 0,
    })
    expect(machine.takeMarks()).toEqual({ marks: [], lost: 0 })
    const storm = await open(new Assembler().label('again').word(0x00202013).to('again', 'jal'))
    await storm.run({ deadline: cycles(RESET + 2 * 65_546) })
    const { marks, lost } = storm.takeMarks()
    expect([marks.length, lost]).toEqual([65_536, 10])
  })

  it('starts again when the guest asks for it', async () => {
    const code = new Assembler()
    code.address(A1, 0x8010_0000).emit('lw', { rd: A0, rs1: A1 }).emit('sw', { rs1: A1, rs2: A1 })
    print(code, '.')
    const machine = await open(powerOff(code, 0x7777))
    const stop = await machine.run({ text: /\.\.\./, deadline })
    expect(stop.kind).toBe('text')
    const { x } = await machine.registers(0)
    expect(x[A0]).toBe(0n) // RAM was cleared
    expect(machine.now()).toBeGreaterThan(RESET * 3)
  })

  it('does not care how a run is cut', async () => {
    const whole = await open(forever(print(new Assembler(), 'text')))
    const pieces = await open(forever(print(new Assembler(), 'text')))
    await whole.run({ deadline: cycles(700) })
    for (let now = 7; now <= 700; now += 7) await pieces.run({ deadline: cycles(now) })
    expect(await pieces.digest()).toBe(await whole.digest())
  })

  it('refuses a misfit of RAM, profile and harts', async () => {
    const code = forever(new Assembler())
    await expect(open(code, { profile: 'fast' })).rejects.toThrow(
      /expected one of flat, in-order, in-order-small, in-order-bimodal, got "fast"/,
    )
    for (const harts of [0, 1.5, 9]) {
      await expect(open(code, { harts })).rejects.toThrow(/harts: expected a number from 1 to 8/)
    }
    await expect(open(code, { banks: [{ bytes: 4097, role: 'original' }] })).rejects.toThrow(
      /64 KiB/,
    )
    const machine = await open(code)
    await expect(machine.read(physical(0x7fff_ffff), 2)).rejects.toThrow(RangeError)
    await expect(machine.registers(1)).rejects.toThrow(RangeError)
  })

  it('ends with accesses outside every device', async () => {
    const code = new Assembler()
    code.li(T0, 0x100).emit('add', { rd: T0, rs1: T0 }).emit('csrrw', { rs1: T0, immediate: 0x305 })
    const machine = await open(forever(code.address(T0, 0x4000_0000).emit('sd', { rs1: T0 })))
    expect((await machine.run({ deadline })).kind).toBe('deadline')
    expect((await machine.registers(0)).csr.mcause).toBe(1n) // 0x100 cannot be executed either
  })
})

describe('the run loop', () => {
  it('runs one at a time', async () => {
    const machine = await openMachine(specOf(forever(new Assembler())))
    const first = machine.run({ deadline: cycles(20_000_000) })
    await expect(machine.run({ deadline: cycles(1) })).rejects.toThrow('one run at a time')
    await first
  })

  it('lets the host breathe between slices', async () => {
    let turns = 0
    const breathe = async () => {
      turns++
    }
    const machine = new Rv64Machine(specOf(forever(new Assembler())), { breathe })
    await machine.run({ deadline: cycles(40_000_000) })
    expect(turns).toBeGreaterThanOrEqual(4)
  })

  it('lets a pacer hold virtual time back at wfi', async () => {
    const asked: number[][] = []
    const pacer: Pacer = {
      idle: async (now, until) => {
        asked.push([now, until])
      },
      breathe: async () => {},
    }
    const code = new Assembler()
    code
      .address(T0, clint.base + 0x4000)
      .li(T1, 50)
      .emit('sd', { rs1: T0, rs2: T1 })
    code.li(T1, 1 << 7).emit('csrrw', { rs1: T1, immediate: 0x304 })
    const waits = RESET + code.length / 4 + 1
    const machine = await openMachine(specOf(forever(code.emit('wfi')), { pacer }))
    await machine.run({ deadline: cycles(6000) })
    expect(asked).toEqual([[waits, 5000]])
    expect(machine.now()).toBe(6000)
  })

  it('asks the pacer, instead of being stuck, when only the outside can help', async () => {
    const pacer: Pacer = { idle: async () => machine.console.type('x'), breathe: async () => {} }
    const machine = await openMachine(specOf(new Assembler().emit('wfi'), { pacer }))
    expect((await machine.run({ deadline: cycles(100) })).kind).toBe('deadline')
  })
})

describe('snapshots', () => {
  /** Writes a counter over several pages, for ever. */
  const busy = (): Assembler => {
    const code = new Assembler().address(T0, 0x8010_0000).li(T2, 1000)
    code.label('again').emit('sd', { rs1: T0, rs2: A0 }).emit('add', { rd: T0, rs1: T0, rs2: T2 })
    return code.emit('addi', { rd: A0, rs1: A0, immediate: 1 }).to('again', 'jal')
  }
  const later = async (machine: Machine): Promise<string> => {
    await machine.run({ deadline: cycles(3000) })
    return machine.digest()
  }

  it('go on exactly as the machine they were taken from, here, elsewhere and on either engine', async () => {
    const machine = await openMachine(specOf(busy()))
    await machine.run({ deadline: cycles(1000) })
    const snapshot = await machine.snapshot()
    const digest = await machine.digest()
    const then = await later(machine)
    expect(then).not.toBe(digest)
    const others = ENGINES.map((engine) => openMachine(specOf(busy(), { engine })))
    for (const other of [machine, ...(await Promise.all(others))]) {
      await other.restore(snapshot)
      expect(other.now()).toBe(1000)
      expect(await other.digest()).toBe(digest)
      expect(await later(other)).toBe(then)
    }
  })

  it('forget what the machine did since', async () => {
    const machine = await openMachine(specOf(busy()))
    const snapshot = await machine.snapshot()
    await machine.run({ deadline: cycles(2000) })
    await machine.restore(snapshot)
    expect([...(await machine.read(physical(0x8010_0000 + 1000), 8))]).toEqual(Array(8).fill(0))
    expect(await machine.digest()).toBe(await (await openMachine(specOf(busy()))).digest())
  })

  it('are refused when damaged, truncated, or of another machine', async () => {
    const machine = await openMachine(specOf(busy()))
    const { bytes } = await machine.snapshot()
    const before = await machine.digest()
    for (const at of [0, 9, 40, bytes.length >> 1, bytes.length - 1]) {
      const damaged = bytes.slice()
      damaged[at]! ^= 1
      await expect(machine.restore({ bytes: damaged })).rejects.toThrow(/^snapshot: expected/)
    }
    for (const length of [0, 5, 100, bytes.length - 1]) {
      const cut = { bytes: bytes.slice(0, length) }
      await expect(machine.restore(cut)).rejects.toThrow(/^snapshot: expected/)
    }
    expect(await machine.digest()).toBe(before)
    const larger = { banks: [{ bytes: 8 * MiB, role: 'original' }] } as const
    const other = await openMachine(specOf(busy(), larger))
    await expect(other.restore({ bytes })).rejects.toThrow(/banks/)
  })

  it('are refused by a machine of other images, by name', async () => {
    const disk = new Uint8Array(1024)
    const initrd = new Uint8Array(16)
    const banks = [{ bytes: 16 * MiB, role: 'original' }] as const
    const made = specOf(busy(), { banks, disk, initrd, bootargs: 'a' })
    const { bytes } = await (await openMachine(made)).snapshot()
    const other = (image: Uint8Array | undefined): Uint8Array => {
      const copy = image!.slice()
      copy[copy.length - 1]! ^= 1
      return copy
    }
    const changes: Readonly<Record<string, Partial<MachineSpec>>> = {
      firmware: { firmware: other(made.firmware) },
      kernel: { kernel: other(made.kernel) },
      initrd: { initrd: other(initrd) },
      disk: { disk: other(disk) },
      bootargs: { bootargs: 'b' },
    }
    for (const [part, change] of Object.entries(changes)) {
      const machine = await openMachine({ ...made, ...change })
      const before = await machine.digest()
      await expect(machine.restore({ bytes })).rejects.toThrow(
        new RegExp(
          `^snapshot: expected one of a machine with ${part} .*, got .*\\. Take a new one$`,
        ),
      )
      expect(await machine.digest()).toBe(before)
    }
    await (await openMachine({ ...made, disk: disk.slice() })).restore({ bytes })
  })

  it('are refused with any bit changed, or cut anywhere', async () => {
    const machine = await openMachine(specOf(busy()))
    await machine.run({ deadline: cycles(500) })
    const { bytes } = await machine.snapshot()
    const refused = async (damaged: Uint8Array): Promise<void> => {
      await expect(machine.restore({ bytes: damaged })).rejects.toThrow(/^snapshot: expected/)
    }
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(7), async (at, bit) => {
        const damaged = bytes.slice()
        damaged[at]! ^= 1 << bit
        await refused(damaged)
        await refused(bytes.subarray(0, at))
      }),
      { numRuns: 300 },
    )
    expect(machine.now()).toBe(500)
    await machine.restore({ bytes })
  })

  it('are as large as the RAM in use', async () => {
    const machine = await openMachine(specOf(busy()))
    const { bytes } = await machine.snapshot()
    expect(bytes.length).toBeLessThan(100_000)
  })
})
