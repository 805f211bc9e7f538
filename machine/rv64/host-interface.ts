// HTIF: programs with a symbol `tohost` end, or print, by storing to it, as the usual ISA tests do.
// Invariant: the word is looked at every POLL_CYCLES of virtual time, so the end has an exact cycle.

import { cycles } from '../units.ts'
import type { Clock, Event } from './clock.ts'
import type { DeviceState, DmaMemory } from './device/device.ts'
import type { Finish } from './device/finisher.ts'

const POLL_CYCLES = cycles(1000)
const DEVICE_CONSOLE = 1
const COMMAND_PRINT = 1

export interface HostInterfaceOptions {
  readonly clock: Clock
  readonly dma: DmaMemory
  readonly finish: Finish
}

export class HostInterface {
  readonly #options: HostInterfaceOptions
  readonly #print: (byte: number) => void
  #tohost: number | undefined
  #event: Event | undefined

  constructor(options: HostInterfaceOptions, print: (byte: number) => void) {
    this.#options = options
    this.#print = print
  }

  /** Watches the 8 bytes at `tohost` from now on; undefined: nothing. */
  watch(tohost: number | undefined): void {
    this.#stop()
    this.#tohost = tohost !== undefined && this.#options.dma.holds(tohost, 8) ? tohost : undefined
    this.#next()
  }

  save(): DeviceState {
    return { tohost: this.#tohost ?? null, when: this.#event?.when ?? null }
  }

  load(state: DeviceState): void {
    this.#stop()
    this.#tohost = state.tohost === null ? undefined : Number(state.tohost)
    if (state.when !== null) this.#schedule(Number(state.when))
  }

  #stop(): void {
    if (this.#event !== undefined) this.#options.clock.cancel(this.#event)
    this.#event = undefined
  }

  #next(): void {
    if (this.#tohost !== undefined) this.#schedule(this.#options.clock.now + POLL_CYCLES)
  }

  #schedule(when: number): void {
    this.#event = this.#options.clock.at(cycles(when), 'host-interface', () => {
      this.#event = undefined
      this.#poll()
    })
  }

  #poll(): void {
    const at = this.#tohost
    if (at === undefined) return
    const word = this.#options.dma.read(at, 8)
    if (word.some((byte) => byte !== 0)) {
      const view = new DataView(word.buffer, word.byteOffset, 8)
      const low = view.getUint32(0, true)
      const device = view.getUint8(7)
      if (device === 0 && (low & 1) !== 0) {
        this.#options.finish(low >>> 1, 'power-off')
        return
      }
      if (device === DEVICE_CONSOLE && view.getUint8(6) === COMMAND_PRINT) this.#print(low & 0xff)
      this.#options.dma.write(at, new Uint8Array(8))
    }
    this.#next()
  }
}
