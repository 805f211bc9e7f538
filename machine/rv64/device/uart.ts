// UART 16550A: the console. Output leaves at once; typed text is held back until the receive FIFO
// has room. Invariant: the interrupt wire is high exactly while IIR would name a cause.

import { numbersOf, type SavedState } from '../saved/saved-state.ts'
import type { Device, DeviceAddress, InterruptWire } from './device.ts'
import type { TreeNode } from './devicetree.ts'
import { interruptBy, nodeAt } from './node.ts'

const RBR_THR = 0 // DLL when LCR.DLAB
const IER = 1 // DLM when LCR.DLAB
const IIR_FCR = 2
const LCR = 3
const MCR = 4
const LSR = 5
const MSR = 6
const SCR = 7

const IER_RX = 0x01
const IER_TX = 0x02
const IIR_NONE = 0x01
const IIR_TX = 0x02
const IIR_RX = 0x04
const IIR_TIMEOUT = 0x0c
const IIR_FIFOS = 0xc0
const FCR_ENABLE = 0x01
const FCR_CLEAR_RX = 0x02
const LCR_DLAB = 0x80
const LSR_READY = 0x01
const LSR_EMPTY = 0x60 // transmitter and its holding register
const MSR_CONNECTED = 0xb0 // carrier, data set ready, clear to send
const FIFO_BYTES = 16
/** 3.6864 MHz, as on QEMU `virt`. */
const CLOCK_HERTZ = 3_686_400
const TRIGGER = [1, 4, 8, 14] as const // by FCR bits 7:6

/** Typed text that waits for the FIFO at most; a person or a script types less. */
export const TYPE_AHEAD_BYTES = 1 << 20

export class Uart implements Device {
  readonly name = 'uart'
  readonly size = 0x100
  /** Hears each byte the guest writes. */
  onOutput: ((byte: number) => void) | undefined
  readonly #interrupt: InterruptWire
  #ier = 0
  #fcr = 0
  #lcr = 0
  #mcr = 0
  #scr = 0
  #divisor = 0
  /** THR has run empty and the guest has not been told. */
  #emptied = false
  #fifo: number[] = []
  #typed: number[] = []
  /** Where in #typed the unread bytes begin. */
  #head = 0

  constructor(interrupt: InterruptWire) {
    this.#interrupt = interrupt
  }

  /** Queues typed bytes. Throws RangeError if more wait than any guest will read. */
  type(bytes: Uint8Array): void {
    const waiting = this.waiting + bytes.length
    if (waiting > TYPE_AHEAD_BYTES) {
      throw new RangeError(
        `expected at most ${TYPE_AHEAD_BYTES} typed bytes waiting, got ${waiting}`,
      )
    }
    for (const byte of bytes) this.#typed.push(byte)
    this.#refill()
  }

  /** Typed bytes that the guest has not read. */
  get waiting(): number {
    return this.#fifo.length + this.#typed.length - this.#head
  }

  read(offset: number): number {
    switch (offset) {
      case RBR_THR:
        return this.#dlab() ? this.#divisor & 0xff : this.#receive()
      case IER:
        return this.#dlab() ? this.#divisor >>> 8 : this.#ier
      case IIR_FCR:
        return this.#identify()
      case LCR:
        return this.#lcr
      case MCR:
        return this.#mcr
      case LSR:
        return LSR_EMPTY | (this.#fifo.length > 0 ? LSR_READY : 0)
      case MSR:
        return MSR_CONNECTED
      case SCR:
        return this.#scr
      default:
        return 0
    }
  }

  write(offset: number, _bytes: 1 | 2 | 4, value: number): void {
    const byte = value & 0xff
    switch (offset) {
      case RBR_THR:
        if (this.#dlab()) this.#divisor = (this.#divisor & 0xff00) | byte
        else this.#transmit(byte)
        return
      case IER:
        if (this.#dlab()) this.#divisor = (this.#divisor & 0xff) | (byte << 8)
        else this.#enable(byte & 0x0f)
        return
      case IIR_FCR:
        this.#control(byte)
        return
      case LCR:
        this.#lcr = byte
        return
      case MCR:
        this.#mcr = byte & 0x1f
        return
      case SCR:
        this.#scr = byte
        return
    }
  }

  reset(): void {
    this.#ier = this.#fcr = this.#lcr = this.#mcr = this.#scr = this.#divisor = 0
    this.#emptied = false
    this.#fifo = []
    this.#typed = []
    this.#head = 0
    this.#update()
  }

  node({ base, irq = 0 }: DeviceAddress): TreeNode {
    return nodeAt('serial', base, this.size, {
      compatible: 'ns16550a',
      'clock-frequency': [CLOCK_HERTZ],
      ...interruptBy(irq),
    })
  }

  save(): SavedState {
    return {
      ier: this.#ier,
      fcr: this.#fcr,
      lcr: this.#lcr,
      mcr: this.#mcr,
      scr: this.#scr,
      divisor: this.#divisor,
      emptied: this.#emptied,
      fifo: [...this.#fifo],
      typed: this.#typed.slice(this.#head),
    }
  }

  load(state: SavedState): void {
    this.#ier = Number(state.ier)
    this.#fcr = Number(state.fcr)
    this.#lcr = Number(state.lcr)
    this.#mcr = Number(state.mcr)
    this.#scr = Number(state.scr)
    this.#divisor = Number(state.divisor)
    this.#emptied = state.emptied === true
    this.#fifo = [...numbersOf(state.fifo)]
    this.#typed = [...numbersOf(state.typed)]
    this.#head = 0
    this.#update()
  }

  #dlab(): boolean {
    return (this.#lcr & LCR_DLAB) !== 0
  }

  #receive(): number {
    const byte = this.#fifo.shift() ?? 0
    this.#refill()
    return byte
  }

  #transmit(byte: number): void {
    this.onOutput?.(byte)
    this.#emptied = true
    this.#update()
  }

  /** A transmitter that is empty when its interrupt is switched on asks at once. */
  #enable(ier: number): void {
    if ((ier & IER_TX) !== 0 && (this.#ier & IER_TX) === 0) this.#emptied = true
    this.#ier = ier
    this.#update()
  }

  #control(fcr: number): void {
    const switched = ((fcr ^ this.#fcr) & FCR_ENABLE) !== 0
    if (switched || (fcr & FCR_CLEAR_RX) !== 0) this.#fifo = []
    this.#fcr = fcr & FCR_ENABLE ? fcr & 0xc9 : 0
    this.#refill()
  }

  #refill(): void {
    const room = (this.#fcr & FCR_ENABLE) !== 0 ? FIFO_BYTES : 1
    while (this.#fifo.length < room && this.#head < this.#typed.length) {
      this.#fifo.push(this.#typed[this.#head++] ?? 0)
    }
    if (this.#head === this.#typed.length) {
      this.#typed = []
      this.#head = 0
    }
    this.#update()
  }

  /** IIR; reading it as "transmitter empty" is also the answer to that interrupt. */
  #identify(): number {
    const cause = this.#cause()
    if (cause === IIR_TX) {
      this.#emptied = false
      this.#update()
    }
    return cause | ((this.#fcr & FCR_ENABLE) !== 0 ? IIR_FIFOS : 0)
  }

  #cause(): number {
    if ((this.#ier & IER_RX) !== 0 && this.#fifo.length > 0) {
      // Below the trigger level the time-out comes at once: nothing is gained by waiting for it.
      const trigger = (this.#fcr & FCR_ENABLE) !== 0 ? (TRIGGER[this.#fcr >>> 6] ?? 1) : 1
      return this.#fifo.length >= trigger ? IIR_RX : IIR_TIMEOUT
    }
    if ((this.#ier & IER_TX) !== 0 && this.#emptied) return IIR_TX
    return IIR_NONE
  }

  #update(): void {
    this.#interrupt(this.#cause() !== IIR_NONE)
  }
}
