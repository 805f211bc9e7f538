// Replays of a small guest that echoes, restarts when it is told to, and lives by its timer: whatever is
// typed, whenever, on whichever engine, comes out the same on every other.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MachineSpec, Pacer } from '../machine.ts'
import { cycles } from '../units.ts'
import { ENGINES, type EngineName } from './engine/test-stand.fixture.ts'
import { Assembler } from './isa/assemble.ts'
import { MEMORY_MAP } from './memory/memory-map.ts'
import { Replay } from './replay.ts'
import { Rv64Machine } from './rv64.ts'
import { type Recording, RecordingError } from './session/recording.ts'
import { readRecording, writeRecording } from './session/recording-file.ts'

const { clint, finisher, plic, uart } = MEMORY_MAP
const ABOUT = { version: 'test', origin: { verb: 'test' } }
const RESTART = 'r'
const OFF = 'q'

/**
 * Echoes what the UART brings and stores a running sum; wakes by its interrupt, and every 700 cycles. The
 * harts beyond the first add up that sum as they find it, each second one between naps.
 */
function echo(): Uint8Array {
  const [T1, T2, UART, PLIC, COMPARE, FINISHER, CLAIM, SUM, AT, A0] = [
    6, 7, 8, 9, 18, 19, 20, 21, 22, 10,
  ]
  const code = new Assembler().emit('csrrs', { rd: T2, immediate: 0xf14 })
  code.to('other', 'bne', { rs1: T2 })
  code.address(UART, uart.base).address(PLIC, plic.base).address(FINISHER, finisher.base)
  code.address(COMPARE, clint.base + 0x4000).address(CLAIM, plic.base + 0x20_0004)
  code.address(AT, 0x8010_0000).li(T1, 1).emit('sb', { rs1: UART, rs2: T1, immediate: 1 })
  code.emit('sw', { rs1: PLIC, rs2: T1, immediate: 40 }).address(A0, plic.base + 0x2000)
  code.li(T1, 1 << 10).emit('sw', { rs1: A0, rs2: T1 })
  code.li(T1, (1 << 11) | (1 << 7)).emit('csrrw', { rs1: T1, immediate: 0x304 })
  code.label('wait').emit('csrrs', { rd: T1, immediate: 0xc01 })
  code.emit('addi', { rd: T1, rs1: T1, immediate: 7 }).emit('sd', { rs1: COMPARE, rs2: T1 })
  code.emit('wfi').emit('lw', { rd: A0, rs1: CLAIM })
  code.label('read').emit('lbu', { rd: T1, rs1: UART, immediate: 5 })
  code.emit('andi', { rd: T1, rs1: T1, immediate: 1 }).to('done', 'beq', { rs1: T1 })
  code.emit('lbu', { rd: T2, rs1: UART }).emit('sb', { rs1: UART, rs2: T2 })
  code.emit('add', { rd: SUM, rs1: SUM, rs2: T2 }).emit('sb', { rs1: AT, rs2: SUM })
  code.emit('addi', { rd: AT, rs1: AT, immediate: 1 })
  for (const [letter, word] of [
    [RESTART, 0x7777],
    [OFF, 0x5555],
  ] as const) {
    code.li(T1, letter.charCodeAt(0)).to(`not ${letter}`, 'bne', { rs1: T1, rs2: T2 })
    code.li(T1, word).emit('sw', { rs1: FINISHER, rs2: T1 }).label(`not ${letter}`)
  }
  code.to('read', 'jal').label('done').emit('sw', { rs1: CLAIM, rs2: A0 }).to('wait', 'jal')
  code.label('other').emit('slli', { rd: A0, rs1: T2, immediate: 3 })
  code.address(COMPARE, clint.base + 0x4000).emit('add', { rd: COMPARE, rs1: COMPARE, rs2: A0 })
  code.address(AT, 0x8010_0000).address(CLAIM, 0x8020_0000)
  code
    .emit('add', { rd: CLAIM, rs1: CLAIM, rs2: A0 })
    .emit('andi', { rd: T2, rs1: T2, immediate: 1 })
  code.li(T1, 1 << 7).emit('csrrw', { rs1: T1, immediate: 0x304 })
  code.label('add').emit('ld', { rd: T1, rs1: AT }).emit('addi', { rd: AT, rs1: AT, immediate: 1 })
  code.emit('add', { rd: SUM, rs1: SUM, rs2: T1 }).emit('sd', { rs1: CLAIM, rs2: SUM })
  code.emit('andi', { rd: AT, rs1: AT, immediate: -9 }).to('add', 'bne', { rs1: T2 })
  code.emit('csrrs', { rd: T1, immediate: 0xc01 }).emit('addi', { rd: T1, rs1: T1, immediate: 3 })
  code.emit('sd', { rs1: COMPARE, rs2: T1 }).emit('wfi')
  return code.to('add', 'jal').bytes()
}

function specOf(engine: EngineName, change: Partial<MachineSpec> = {}): MachineSpec {
  const kernel = new Uint8Array(64)
  new DataView(kernel.buffer).setUint32(56, 0x0543_5352, true) // the magic of a Linux image
  new DataView(kernel.buffer).setBigUint64(16, 64n, true)
  const banks = [{ bytes: 4 << 20, role: 'original' }] as const
  return { firmware: echo(), kernel, banks, harts: 1, profile: 'flat', engine, ...change }
}

interface Typed {
  /** Before a run, while the hart waits in it, or from a listener in the midst of an instruction. */
  readonly when: 'between' | 'waiting' | 'listening'
  readonly text: string
  readonly cycles: number
}

/** Types as told, and records. */
async function session(
  engine: EngineName,
  script: readonly Typed[],
  harts = 1,
): Promise<Recording> {
  const waiting: string[] = []
  const listening: string[] = []
  const say = (texts: string[]): void => {
    const text = texts.shift()
    if (text !== undefined) machine.console.type(text)
  }
  const pacer: Pacer = { idle: async () => say(waiting), breathe: async () => {} }
  const machine = new Rv64Machine(specOf(engine, { pacer, harts }))
  machine.console.listen(() => say(listening))
  for (const { when, text, cycles: length } of script) {
    if (when === 'between') machine.console.type(text)
    else (when === 'waiting' ? waiting : listening).push(text)
    await machine.run({ deadline: cycles(machine.now() + length) })
  }
  return machine.recording(ABOUT)
}

const script = fc.array(
  fc.record({
    when: fc.constantFrom('between', 'waiting', 'listening'),
    text: fc.array(fc.constantFrom('a', 'b', 'é', '\ufeff', RESTART)).map((all) => all.join('')),
    cycles: fc.nat(3000),
  }),
  { minLength: 1, maxLength: 12 },
)

describe('a replay', () => {
  it.each([1, 2, 3])('ends as the session did, on every engine, with %d harts', async (harts) => {
    await fc.assert(
      fc.asyncProperty(script, fc.constantFrom(...ENGINES), async (typed, engine) => {
        const recording = readRecording(writeRecording(await session(engine, typed, harts)))
        for (const other of ENGINES) {
          const replay = new Replay(recording, specOf(other, { harts }))
          expect(await replay.run()).toEqual({ kind: 'same' })
        }
      }),
      { numRuns: 40 },
    )
  })

  it('goes through restarts and the end of the guest', async () => {
    const typed = (when: Typed['when'], text: string): Typed => ({ when, text, cycles: 2000 })
    const recording = await session('fast', [
      typed('between', `ab${RESTART}cd`),
      typed('waiting', `x${RESTART}`),
      typed('between', OFF),
      typed('between', 'never read'),
    ])
    expect(recording.inputs.map(({ kind }) => kind)).toEqual(Array(4).fill('console'))
    const replay = new Replay(recording, specOf('compiler'))
    expect(await replay.run()).toEqual({ kind: 'same' })
    expect(replay.machine.console.transcript).toMatch(/^abrx?/)
  })

  it('of a machine that came from a snapshot begins at reset all the same', async () => {
    const first = new Rv64Machine(specOf('fast'))
    first.console.type('one')
    await first.run({ deadline: cycles(1500) })
    const second = new Rv64Machine(specOf('compiler'))
    await second.restore(await first.snapshot())
    second.console.type('two')
    await second.run({ deadline: cycles(9000) })
    const replay = new Replay(second.recording(ABOUT), specOf('reference'))
    expect(await replay.run()).toEqual({ kind: 'same' })
    expect(replay.machine.console.transcript).toBe('onetwo')
  })

  it('says where it parts from the session', async () => {
    const recording = await session('fast', [{ when: 'between', text: 'ab', cycles: 3000 }])
    const [input] = recording.inputs
    if (input === undefined) throw new Error('expected an input')
    const partings: [Partial<Recording>, RegExp][] = [
      [{ inputs: [{ ...input, bytes: Uint8Array.of(0x63) }] }, /expected digest \w+ at cycle 3000/],
      [{ inputs: [{ ...input, cycle: cycles(1) }] }, /expected digest/],
      [
        { inputs: [{ ...input, bytes: new TextEncoder().encode(OFF) }] },
        /expected to reach cycle 3000, got power-off at cycle \d+/,
      ],
      [
        { inputs: [{ ...input, bytes: new Uint8Array((1 << 20) + 1) }] },
        /expected input 1 \(console\) at cycle 0 to be taken as before, got: .* typed bytes/,
      ],
      [
        { inputs: [{ ...input, kind: 'connect', bytes: Uint8Array.of(0, 0, 0, 1, 0, 80) }] },
        /got: no network card/,
      ],
    ]
    for (const [change, why] of partings) {
      const end = await new Replay({ ...recording, ...change }, specOf('fast')).run()
      expect(end).toEqual({ kind: 'parted', why: expect.stringMatching(why) })
    }
  })

  it('can be aborted', async () => {
    const recording = await session('fast', [{ when: 'between', text: 'ab', cycles: 3000 }])
    const replay = new Replay(recording, specOf('fast'))
    expect(await replay.run(AbortSignal.abort())).toEqual({ kind: 'aborted' })
  })

  it('refuses another machine', async () => {
    const recording = await session('fast', [])
    const other = specOf('fast', { bootargs: 'x' })
    expect(() => new Replay(recording, other)).toThrow(
      /^recording: expected the bootargs that was recorded \(\), got x/,
    )
    const larger = specOf('fast', { banks: [{ bytes: 8 << 20, role: 'original' }] })
    expect(() => new Replay(recording, larger)).toThrow(RecordingError)
  })
})

describe('a session', () => {
  it('is not recorded if something in it was not', async () => {
    const driven = new Rv64Machine(specOf('fast', { network: true }))
    driven.network?.connect(80)
    expect(() => driven.recording(ABOUT)).toThrow(/got a workload that used the network by itself/)
    const debugged = new Rv64Machine(specOf('fast'))
    debugged.debugger()
    expect(() => debugged.recording(ABOUT)).toThrow(/got a debugger/)
  })

  it('is not recorded if nobody wanted a record', async () => {
    const machine = new Rv64Machine(specOf('fast'))
    machine.keepNoInputs()
    machine.console.type('a')
    expect(() => machine.recording(ABOUT)).toThrow(/got nothing, as was asked for/)
  })

  it('is not recorded if the log ran over', async () => {
    const machine = new Rv64Machine(specOf('fast', { network: true }))
    const socket = machine.network?.connect(80, 'outside')
    for (let i = 0; i < 3; i++) socket?.send(new Uint8Array(30 << 20))
    expect(() => machine.recording(ABOUT)).toThrow(/got 1 inputs too many for the log/)
  })

  it('takes no connection from within an instruction', async () => {
    const machine = new Rv64Machine(specOf('fast', { network: true }))
    let said: unknown
    machine.console.listen(() => {
      try {
        machine.network?.connect(80, 'outside')
      } catch (error) {
        said = error
      }
    })
    machine.console.type('a')
    await machine.run({ deadline: cycles(2000) })
    expect(String(said)).toMatch(/expected a connection to be used between two instructions/)
  })
})
