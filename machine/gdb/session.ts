// Session: one gdb's conversation with our machine (GDB manual, appendix E): packets in, answers out.
// Invariant: whatever a client sends, it gets an answer or an error; nothing throws, memory stays bounded,
// and the machine changes only by what the packets plainly say.

import type { Debugger, Halt } from '../rv64/debug/debugger.ts'
import { fromHex, MOST_BYTES, registerFromHex, registerToHex, toHex } from './packets.ts'
import { registerNamed } from './registers.ts'
import { GENERAL_REGISTERS, TARGET_XML } from './target-description.ts'
import { hartOf, resumption, threadList, threadOf } from './threads.ts'

/** An answer; undefined: it comes later, when the machine stands. */
type Answer = string | undefined

const SIGINT = 2
const SIGTRAP = 5
const WRONG = 'E01'
const NO_MEMORY = 'E14'
/** What a packet does not know is answered by an empty one. */
const UNKNOWN = ''
/** Half a packet: memory goes as two digits a byte. */
const MOST_MEMORY = MOST_BYTES / 2 - 16

const HELP = `info      where the hart stands, and the cycle
physical  addresses are physical from now on
virtual   addresses are virtual again, as the hart would translate them
`

export class Session {
  readonly #machine: Debugger
  readonly #send: (payload: string) => void
  #physical = false
  /** True from a resume until the machine stands. */
  runs = false
  /** True once the client has said good-bye. */
  ended = false
  /** Acknowledgements go on until the client does without. */
  acknowledges = true

  /** Requires that the machine stands. */
  constructor(machine: Debugger, send: (payload: string) => void) {
    this.#machine = machine
    this.#send = send
  }

  packet(payload: string): void {
    // While the machine runs only Ctrl-C means anything.
    if (this.runs) return
    const answer = this.#answer(payload)
    if (answer !== undefined) this.#send(answer)
  }

  interrupt(): void {
    if (this.runs) this.#machine.halt()
  }

  /** The machine has come to stand. */
  halted(why: Halt): void {
    if (!this.runs) return
    this.runs = false
    this.#send(stopReply(why))
  }

  /** The guest has ended. */
  exited(code: number): void {
    if (this.runs) this.#send(`W${(code & 0xff).toString(16).padStart(2, '0')}`)
    this.ended = true
  }

  #answer(payload: string): Answer {
    const rest = payload.slice(1)
    switch (payload[0]) {
      case '?':
        return stopReply({ kind: 'breakpoint', hart: this.#machine.selected })
      case 'g':
        return this.#readGeneral()
      case 'G':
        return this.#writeGeneral(rest)
      case 'p':
        return this.#readRegister(rest)
      case 'P':
        return this.#writeRegister(rest)
      case 'm':
        return this.#readMemory(rest)
      case 'M':
      case 'X':
        return this.#writeMemory(rest, payload[0] === 'X')
      case 'Z':
      case 'z':
        return this.#point(rest, payload[0] === 'Z')
      case 'c':
      case 's':
        return this.#resume(payload[0] === 's' ? 'step' : 'continue', rest)
      case 'C':
      case 'S': // with a signal, which our machine has no use for
        if (!/^[0-9a-f]{2}(;|$)/i.test(rest)) return WRONG
        return this.#resume(payload[0] === 'S' ? 'step' : 'continue', rest.slice(3))
      case 'D':
      case 'k':
        this.ended = true
        return payload[0] === 'D' ? 'OK' : undefined
      case 'H': // of g: for registers and memory; of c: who would step
        return /^[gc]/.test(rest) ? this.#select(rest.slice(1)) : WRONG
      case 'T':
        return hartOf(this.#machine, rest) === undefined ? WRONG : 'OK'
      default:
        return this.#named(payload)
    }
  }

  #named(payload: string): Answer {
    const [name = '', ...words] = payload.split(/[:;,]/)
    switch (name) {
      case 'qSupported':
        return `PacketSize=${MOST_BYTES.toString(16)};qXfer:features:read+;swbreak+;hwbreak+;QStartNoAckMode+;vContSupported+`
      case 'QStartNoAckMode':
        this.acknowledges = false
        return 'OK'
      case 'qXfer':
        return transfer(payload)
      case 'vCont?':
        return 'vCont;c;C;s;S'
      case 'vCont':
        return this.#resumeThreads(payload.slice('vCont;'.length))
      case 'qfThreadInfo':
        return threadList(this.#machine)
      case 'qsThreadInfo':
        return 'l'
      case 'qC':
        return `QC${threadOf(this.#machine.selected)}`
      case 'qThreadExtraInfo': {
        const hart = hartOf(this.#machine, words[0] ?? '')
        return hart === undefined ? WRONG : hexOf(this.#machine.info(hart))
      }
      case 'qAttached':
        return '1'
      case 'qqemu.PhyMemMode':
        return this.#physical ? '1' : '0'
      case 'Qqemu.PhyMemMode':
        this.#physical = words[0] === '1'
        return 'OK'
      case 'qRcmd':
        return this.#monitor(words[0] ?? '')
      default:
        return UNKNOWN
    }
  }

  #readGeneral(): Answer {
    const numbers = Array.from({ length: GENERAL_REGISTERS }, (_, number) => number)
    return numbers.map((number) => registerToHex(this.#register(number) ?? 0n)).join('')
  }

  #writeGeneral(text: string): Answer {
    const values = (text.match(/.{1,16}/g) ?? []).map(registerFromHex)
    if (values.length !== GENERAL_REGISTERS || values.includes(undefined)) return WRONG
    values.forEach((value, number) => void this.#setRegister(number, value ?? 0n))
    return 'OK'
  }

  #readRegister(text: string): Answer {
    const value = this.#register(numberOf(text))
    return value === undefined ? WRONG : registerToHex(value)
  }

  #writeRegister(text: string): Answer {
    const [number, value] = text.split('=')
    const at = numberOf(number ?? '')
    const content = registerFromHex(value ?? '')
    if (at === undefined || content === undefined) return WRONG
    return this.#setRegister(at, content) ? 'OK' : WRONG
  }

  /** Undefined: no register has this number. */
  #register(number: number | undefined): bigint | undefined {
    const name = registerNamed(number)
    return name === undefined ? undefined : this.#machine.register(name)
  }

  #setRegister(number: number, value: bigint): boolean {
    const name = registerNamed(number)
    return name !== undefined && this.#machine.setRegister(name, value)
  }

  #readMemory(text: string): Answer {
    const { address, length } = placeOf(text)
    if (address === undefined || length === undefined) return WRONG
    const bytes = this.#machine.read(address, Math.min(length, MOST_MEMORY), this.#physical)
    return bytes.length === 0 && length > 0 ? NO_MEMORY : toHex(bytes)
  }

  #writeMemory(text: string, binary: boolean): Answer {
    const colon = text.indexOf(':')
    const { address, length } = placeOf(text.slice(0, Math.max(colon, 0)))
    const content = text.slice(colon + 1)
    const bytes = binary ? Uint8Array.from(content, (c) => c.charCodeAt(0)) : fromHex(content)
    if (colon < 0 || address === undefined || bytes === undefined) return WRONG
    if (bytes.length !== length) return WRONG
    return this.#machine.write(address, bytes, this.#physical) ? 'OK' : NO_MEMORY
  }

  /** Breakpoints of both kinds are the same here; of watchpoints there are those for changes. */
  #point(text: string, insert: boolean): Answer {
    const { address, length } = placeOf(text.slice(2))
    if (address === undefined || length === undefined || text[1] !== ',') return WRONG
    const machine = this.#machine
    switch (text[0]) {
      case '0':
      case '1':
        if (insert) return machine.addBreakpoint(address) ? 'OK' : WRONG
        machine.removeBreakpoint(address)
        return 'OK'
      case '2':
        if (insert) return machine.addWatchpoint(address, length) ? 'OK' : WRONG
        machine.removeWatchpoint(address, length)
        return 'OK'
      default:
        return UNKNOWN
    }
  }

  #resume(how: 'step' | 'continue', from: string, only?: number): Answer {
    const pc = from === '' ? undefined : addressOf(from)
    if (from !== '' && pc === undefined) return WRONG
    if (pc !== undefined) this.#machine.setRegister('pc', pc)
    this.runs = true
    this.#machine.resume(how, only)
    return undefined
  }

  #select(thread: string): Answer {
    const hart = hartOf(this.#machine, thread)
    return hart !== undefined && this.#machine.select(hart) ? 'OK' : WRONG
  }

  #resumeThreads(actions: string): Answer {
    const how = resumption(this.#machine, actions)
    if (how === undefined) return WRONG
    if (how.step === undefined) return this.#resume('continue', '', how.only)
    this.#machine.select(how.step)
    return this.#resume('step', '', how.only)
  }

  #monitor(hex: string): Answer {
    const bytes = fromHex(hex)
    if (bytes === undefined) return WRONG
    switch (String.fromCharCode(...bytes.subarray(0, 100)).trim()) {
      case 'info':
        return hexOf(`${this.#machine.info()}\n`)
      case 'physical':
        this.#physical = true
        return 'OK'
      case 'virtual':
        this.#physical = false
        return 'OK'
      default:
        return hexOf(HELP)
    }
  }
}

function stopReply(why: Halt): string {
  const thread = `thread:${threadOf(why.hart)};`
  switch (why.kind) {
    case 'asked':
      return `T0${SIGINT}${thread}`
    case 'stepped':
    case 'breakpoint':
      return `T0${SIGTRAP}${thread}`
    case 'changed':
      return `T0${SIGTRAP}watch:${why.address.toString(16)};${thread}`
    default:
      return why satisfies never
  }
}

/** `qXfer:features:read:target.xml:OFFSET,LENGTH` */
function transfer(payload: string): string {
  const [, at, length] =
    /^qXfer:features:read:target\.xml:([0-9a-f]{1,8}),([0-9a-f]{1,8})$/i.exec(payload) ?? []
  if (at === undefined || length === undefined) return WRONG
  const from = Number.parseInt(at, 16)
  const most = Math.min(Number.parseInt(length, 16), MOST_BYTES - 1)
  const part = TARGET_XML.slice(from, from + most)
  return `${from + part.length < TARGET_XML.length ? 'm' : 'l'}${part}`
}

/** `ADDRESS,LENGTH` */
function placeOf(text: string): { address: bigint | undefined; length: number | undefined } {
  const [address, length, ...more] = text.split(',')
  if (more.length > 0) return { address: undefined, length: undefined }
  return { address: addressOf(address ?? ''), length: numberOf(length ?? '') }
}

function addressOf(text: string): bigint | undefined {
  return /^[0-9a-f]{1,16}$/i.test(text) ? BigInt(`0x${text}`) : undefined
}

function numberOf(text: string): number | undefined {
  return /^[0-9a-f]{1,8}$/i.test(text) ? Number.parseInt(text, 16) : undefined
}

const hexOf = (text: string): string => toHex(new TextEncoder().encode(text))
