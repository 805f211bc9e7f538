// HTIF: programs with a symbol `tohost` end, print, or ask for a system call by storing to it, as the
// usual ISA tests and benchmarks do. Invariant: the word is looked at every POLL_CYCLES of virtual time,
// so the end has an exact cycle.

import { cycles } from '../../units.ts'
import type { Finish } from '../device/finisher.ts'
import type { DmaMemory } from '../memory/dma.ts'
import type { SavedState } from '../saved/saved-state.ts'
import type { Clock, Event } from '../time/clock.ts'

/** The name of the event that looks at `tohost`. */
export const HOST_INTERFACE = 'host-interface'
/** Bytes: the host cannot do anything else meanwhile. */
const MOST_PRINTED = 4096
const POLL_CYCLES = cycles(1000)
/** Who is meant, in the top byte of the word, and what it is to do, in the one below. */
const DEVICE_CALLS = 0
const DEVICE_CONSOLE = 1
const COMMAND_PRINT = 1

// A system call lies in RAM as words of 8 bytes: its number, as Linux has them, then its arguments; the
// result replaces the number.
const CALL_BYTES = 64
const WRITE = 64n
const EXIT = 93n
const OUTPUTS: readonly bigint[] = [1n, 2n]
const NO_SUCH_CALL = -38n
const BAD_ADDRESS = -14n
const CALL_IS_DONE = 1n

export interface HostInterfaceOptions {
  readonly clock: Clock
  readonly dma: DmaMemory
  readonly finish: Finish
}

/** Addresses of the two words; a program that waits for no answer has no `fromhost`. */
export interface HostWords {
  readonly tohost: number
  readonly fromhost: number | undefined
}

export class HostInterface {
  readonly #options: HostInterfaceOptions
  readonly #print: (byte: number) => void
  #words: HostWords | undefined
  #event: Event | undefined

  constructor(options: HostInterfaceOptions, print: (byte: number) => void) {
    this.#options = options
    this.#print = print
  }

  /** Watches `tohost` from now on; undefined: nothing. Words outside RAM do not count. */
  watch(words: HostWords | undefined): void {
    this.#stop()
    this.#words = words !== undefined && this.#isRam(words.tohost) ? words : undefined
    this.#next()
  }

  /** True if the program has stored what has not been looked at yet. */
  get asked(): boolean {
    return this.#words !== undefined && this.#read(this.#words.tohost) !== 0n
  }

  save(): SavedState {
    const { tohost = null, fromhost = null } = this.#words ?? {}
    return { tohost, fromhost, when: this.#event?.when ?? null }
  }

  load({ tohost, fromhost, when }: SavedState): void {
    this.#stop()
    this.#words =
      tohost === null
        ? undefined
        : { tohost: Number(tohost), fromhost: fromhost === null ? undefined : Number(fromhost) }
    if (when !== null) this.#schedule(Number(when))
  }

  #stop(): void {
    if (this.#event !== undefined) this.#options.clock.cancel(this.#event)
    this.#event = undefined
  }

  #next(): void {
    if (this.#words !== undefined) this.#schedule(this.#options.clock.now + POLL_CYCLES)
  }

  #schedule(when: number): void {
    this.#event = this.#options.clock.at(cycles(when), HOST_INTERFACE, () => {
      this.#event = undefined
      this.#poll()
    })
  }

  #poll(): void {
    const words = this.#words
    if (words === undefined) return
    const word = this.#read(words.tohost)
    if (word !== 0n) {
      const answer = this.#answer(word)
      if (answer === undefined) return
      this.#write(words.tohost, 0n)
      if (words.fromhost !== undefined && this.#isRam(words.fromhost)) {
        this.#write(words.fromhost, answer)
      }
    }
    this.#next()
  }

  /** Does what the word asks for. Undefined: the program has ended. */
  #answer(word: bigint): bigint | undefined {
    const device = Number(word >> 56n)
    const command = Number((word >> 48n) & 0xffn)
    if (device === DEVICE_CALLS && (word & 1n) !== 0n) {
      this.#options.finish(Number((word >> 1n) & 0x7fff_ffffn), 'power-off')
      return undefined
    }
    if (device === DEVICE_CALLS) return this.#call(Number(word & 0xffff_ffff_ffffn))
    if (device === DEVICE_CONSOLE && command === COMMAND_PRINT) this.#print(Number(word & 0xffn))
    return word
  }

  #call(at: number): bigint | undefined {
    if (!this.#options.dma.holds(at, CALL_BYTES)) return CALL_IS_DONE
    const [number, a0, a1, a2] = [0, 8, 16, 24].map((offset) => this.#read(at + offset)) as [
      bigint,
      bigint,
      bigint,
      bigint,
    ]
    if (number === EXIT) {
      this.#options.finish(Number(a0 & 0x7fff_ffffn), 'power-off')
      return undefined
    }
    const writes = number === WRITE && OUTPUTS.includes(a0)
    this.#write(at, writes ? this.#printAll(Number(a1), Number(a2)) : NO_SUCH_CALL)
    return CALL_IS_DONE
  }

  /** Prints as much as one call does, and returns how much that was, as write() may. */
  #printAll(at: number, length: number): bigint {
    if (!this.#options.dma.holds(at, length)) return BAD_ADDRESS
    const printed = Math.min(length, MOST_PRINTED)
    for (const byte of this.#options.dma.read(at, printed)) this.#print(byte)
    return BigInt(printed)
  }

  #isRam(at: number): boolean {
    return this.#options.dma.holds(at, 8)
  }

  #read(at: number): bigint {
    const bytes = this.#options.dma.read(at, 8)
    return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true)
  }

  #write(at: number, value: bigint): void {
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setBigInt64(0, value, true)
    this.#options.dma.write(at, bytes)
  }
}
