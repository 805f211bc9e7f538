import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Rv64Machine } from '../rv64/rv64.ts'
import { MiB } from '../units.ts'
import { fromHex, registerToHex } from './packets.ts'
import { FIRST_CSR, PRIVILEGE_NUMBER, VIRTUALISED_NUMBER } from './registers.ts'
import { Session } from './session.ts'

const START = 0x8000_0000
/** addi t0, t0, 1; j -4 */
const CODE = Uint8Array.of(0x93, 0x82, 0x12, 0, 0x6f, 0xf0, 0xdf, 0xff)

function machine(harts = 1): Rv64Machine {
  const kernel = new Uint8Array(64)
  new DataView(kernel.buffer).setUint32(56, 0x0543_5352, true) // the magic of a Linux image
  new DataView(kernel.buffer).setBigUint64(16, 64n, true)
  const banks = [{ bytes: 4 * MiB, role: 'original' }] as const
  return new Rv64Machine({ firmware: CODE, kernel, banks, harts, profile: 'flat' })
}

/** A session with a machine that stands, at reset unless it is an old one. */
function standing(control = machine().debugger()) {
  control.halt()
  control.halts(false)
  const said: string[] = []
  const session = new Session(control, (payload) => said.push(payload))
  const ask = (payload: string): string | undefined => {
    session.packet(payload)
    return said.pop()
  }
  return { control, session, ask, said }
}

const textOf = (hex: string | undefined): string => Buffer.from(fromHex(hex ?? '')!).toString()

describe('a gdb session', () => {
  it('refuses a write that says neither how much nor what', () => {
    expect(standing().ask('M0: ')).toMatch(/^E/)
  })

  it('tells what it can, and the registers there are', () => {
    const { ask } = standing()
    expect(ask('qSupported:multiprocess+')).toMatch(/PacketSize=4000;.*vContSupported/)
    let xml = ''
    for (let part = 'm'; part.startsWith('m'); xml += part.slice(1)) {
      part = ask(`qXfer:features:read:target.xml:${xml.length.toString(16)},3fb`)!
    }
    expect(xml).toContain('<reg name="satp" bitsize="64" type="int" regnum="449" group="csr"/>')
    for (const [, number] of xml.matchAll(/regnum="(\d+)"/g)) {
      expect(ask(`p${Number(number).toString(16)}`)).toMatch(/^[0-9a-f]{16}$/)
    }
  })

  it('shows harts as threads', () => {
    const { control, ask, session, said } = standing(machine(3).debugger())
    expect([ask('qfThreadInfo'), ask('qsThreadInfo'), ask('qC')]).toEqual(['m1,2,3', 'l', 'QC1'])
    expect([ask('Hg3'), ask('qC')]).toEqual(['OK', 'QC3'])
    expect(ask('P5=2a00000000000000')).toBe('OK')
    expect([ask('Hg1'), ask('p5'), ask('Hg3'), ask('p5')]).toEqual([
      ...['OK', registerToHex(0n)],
      ...['OK', registerToHex(42n)],
    ])
    expect([ask('Hg4'), ask('Hgx'), ask('Hg0'), ask('Hc-1')]).toEqual(['E01', 'E01', 'OK', 'OK'])
    expect([ask('T2'), ask('T4'), ask('T')]).toEqual(['OK', 'E01', 'E01'])
    expect(textOf(ask('qThreadExtraInfo,2'))).toBe('hart 1 in M at 0x1000, cycle 0')
    expect(ask('qThreadExtraInfo,9')).toBe('E01')
    expect(ask('vCont;s:4;c')).toBe('E01')
    expect([ask('vCont;c:9'), ask('vCont;s')]).toEqual(['E01', undefined])
    session.halted({ kind: 'stepped', hart: 0 })
    session.packet('vCont;s:2;c')
    expect([session.runs, control.selected]).toEqual([true, 1])
    session.halted({ kind: 'stepped', hart: 1 })
    expect(said.pop()).toBe('T05thread:2;')
  })

  it('reads and writes registers', () => {
    const { ask } = standing()
    expect(ask('P5=2a00000000000000')).toBe('OK')
    expect(ask('p5')).toBe('2a00000000000000')
    // gdb writes all registers back after it has called a function; these cannot be set.
    for (const number of [PRIVILEGE_NUMBER, VIRTUALISED_NUMBER, FIRST_CSR + 0xf14]) {
      const at = number.toString(16)
      expect(ask(`P${at}=${ask(`p${at}`)}`)).toBe('OK')
      expect(ask(`P${at}=${registerToHex(77n)}`)).toBe('E01')
    }
    const all = ask('g')!
    expect(all).toHaveLength(33 * 16)
    expect(all.slice(32 * 16)).toBe(registerToHex(0x1000n)) // the reset ROM
    expect(ask(`G${all.replace('2a', '2b')}`)).toBe('OK')
    expect(ask('p5')).toBe('2b00000000000000')
  })

  it('reads and writes memory', () => {
    const { ask, control } = standing()
    expect(ask(`m${START.toString(16)},8`)).toBe(Buffer.from(CODE).toString('hex'))
    expect(ask('M80001000,3:0a0b0c')).toBe('OK')
    expect(ask('X80001003,2:\u0001\u00ff')).toBe('OK')
    expect([...control.read(0x8000_1000n, 5, true)]).toEqual([10, 11, 12, 1, 255])
    expect(ask('m10000000,4')).toBe('E14')
    expect(ask('M10000000,1:00')).toBe('E14')
  })

  it('answers the monitor', () => {
    const { ask } = standing()
    const monitor = (line: string) => ask(`qRcmd,${Buffer.from(line).toString('hex')}`)
    expect(textOf(monitor('info'))).toBe('hart 0 in M at 0x1000, cycle 0\n')
    expect(textOf(monitor('nonsense'))).toMatch(/^info {6}where/)
    expect([monitor('physical'), ask('qqemu.PhyMemMode')]).toEqual(['OK', '1'])
    expect([ask('Qqemu.PhyMemMode:0'), ask('qqemu.PhyMemMode')]).toEqual(['OK', '0'])
  })

  it.each([
    'p',
    'pzz',
    'pffff',
    'P5',
    'P5=',
    'P0xz=1',
    'm',
    'm1',
    'm1,2,3',
    'mzz,1',
    'M80000000,2:0',
    'vCont',
    'vCont;',
    'vCont;x',
    'vCont;c;x',
    'vCont;c:1:1',
    'vCont;Cxx',
    'Czz',
    'S5',
    'Hx1',
  ])('answers %j by an error', (packet) => {
    expect(standing().ask(packet)).toBe('E01')
  })

  it.each([
    'Z0',
    'Z0,x,1',
    'Z2,80000000,100',
    'G00',
    'qRcmd,0',
    'qXfer:features:read:target.xml:x',
  ])('answers %j by an error too', (packet) => {
    expect(standing().ask(packet)).toBe('E01')
  })

  it.each(['', 'Z3,80000000,4', 'vMustReplyEmpty', 'qOffsets', '!', '\u0000'])(
    'does not know %j',
    (packet) => {
      expect(standing().ask(packet)).toBe('')
    },
  )

  it('survives any packet, and answers while the machine stands', () => {
    const word = fc.constantFrom(...'?gGpPmMXZzcsCSDkHTqvQ')
    const place = fc.tuple(fc.bigInt(0n, 1n << 66n), fc.nat()).map(([at, length]) => {
      return `${at.toString(16)},${length.toString(16)}`
    })
    const tail = fc.oneof(fc.string(), place, fc.string({ unit: 'binary' }))
    const old = machine().debugger()
    fc.assert(
      fc.property(fc.array(fc.tuple(word, tail), { maxLength: 8 }), (packets) => {
        const { session, control, said } = standing(old)
        for (const [kind, rest] of packets) {
          const before = said.length
          const runs = session.runs
          session.packet(kind + rest)
          const answers = said.length - before
          if (runs || session.runs || kind === 'k') expect(answers).toBe(0)
          else expect(answers).toBe(1)
          for (const answer of said) expect(answer.length).toBeLessThanOrEqual(0x4000)
        }
        expect(control.register('x0')).toBe(0n)
      }),
      { numRuns: 300 },
    )
  })
})
