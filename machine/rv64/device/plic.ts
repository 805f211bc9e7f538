// PLIC (RISC-V platform-level interrupt controller 1.0, QEMU `virt` layout): sources to one M and one S
// context a hart. Invariant: a source is pending or in service, never both; after every change each
// context's wire is high exactly if an enabled pending source beats its threshold.
// A gateway is QEMU's: what a device asserts in service, and does not take back, asks again on
// completion; a level that merely stayed high does not. Drivers written on QEMU depend on it: xv6's
// never reads why its UART interrupts, and would be interrupted for ever.

import { numbersOf, type SavedState } from '../saved/saved-state.ts'
import type { Device, DeviceAddress } from './device.ts'
import type { TreeNode } from './devicetree.ts'
import { nodeAt, PLIC_PHANDLE, wires } from './node.ts'

const PENDING = 0x1000
const ENABLE = 0x2000 // + 0x80 a context
const CONTEXT = 0x20_0000 // + 0x1000 a context: threshold, claim/complete
/** Sources 1..95, as on QEMU `virt`; source 0 does not exist. */
export const PLIC_SOURCES = 96
const WORDS = PLIC_SOURCES / 32
const MAX_PRIORITY = 7
// Local interrupt numbers (privileged specification, mcause), context by context.
const MACHINE_EXTERNAL = 11
const SUPERVISOR_EXTERNAL = 9

export type PlicLine = (context: number, level: boolean) => void

interface Context {
  readonly enable: Uint32Array
  threshold: number
}

export class Plic implements Device {
  readonly name = 'plic'
  readonly size = 0x60_0000
  readonly #output: PlicLine
  readonly #priority = new Uint8Array(PLIC_SOURCES)
  readonly #pending = new Uint32Array(WORDS)
  readonly #serving = new Uint32Array(WORDS)
  /** Asserted in service. */
  readonly #again = new Uint32Array(WORDS)
  readonly #contexts: Context[]

  /** Context 2h is hart h in M-mode, 2h + 1 in S-mode; `output` drives MEIP or SEIP. */
  constructor(harts: number, output: PlicLine) {
    this.#output = output
    this.#contexts = Array.from({ length: 2 * harts }, () => ({
      enable: new Uint32Array(WORDS),
      threshold: 0,
    }))
  }

  /** The wire of a source. A device says `true` whenever something has happened that interrupts. */
  readonly wire =
    (source: number) =>
    (level: boolean): void => {
      if (!level || has(this.#serving, source)) put(this.#again, source, level)
      else if (!has(this.#pending, source)) {
        put(this.#pending, source, true)
        this.#update()
      }
    }

  read(offset: number, bytes: 1 | 2 | 4): number {
    if (bytes !== 4 || (offset & 3) !== 0) return 0
    if (offset < PENDING) return this.#priority[offset >>> 2] ?? 0
    if (offset < ENABLE) return this.#pending[(offset - PENDING) >>> 2] ?? 0
    if (offset < CONTEXT) {
      const context = this.#contexts[(offset - ENABLE) >>> 7]
      return context?.enable[((offset - ENABLE) & 0x7f) >>> 2] ?? 0
    }
    const context = this.#contexts[(offset - CONTEXT) >>> 12]
    if (context === undefined) return 0
    const register = offset & 0xfff
    if (register === 0) return context.threshold
    return register === 4 ? this.#claim(context) : 0
  }

  write(offset: number, bytes: 1 | 2 | 4, value: number): void {
    if (bytes !== 4 || (offset & 3) !== 0) return
    if (offset < PENDING) {
      const source = offset >>> 2
      if (source > 0 && source < PLIC_SOURCES) this.#priority[source] = value & MAX_PRIORITY
    } else if (offset >= ENABLE && offset < CONTEXT) {
      const enable = this.#contexts[(offset - ENABLE) >>> 7]?.enable
      const word = ((offset - ENABLE) & 0x7f) >>> 2
      if (enable !== undefined && word < WORDS) enable[word] = word === 0 ? value & ~1 : value
    } else if (offset >= CONTEXT) {
      const context = this.#contexts[(offset - CONTEXT) >>> 12]
      if (context === undefined) return
      if ((offset & 0xfff) === 0) context.threshold = value & MAX_PRIORITY
      else if ((offset & 0xfff) === 4) this.#complete(context, value >>> 0)
    }
    this.#update()
  }

  reset(): void {
    for (const array of [this.#priority, this.#pending, this.#serving, this.#again]) array.fill(0)
    for (const context of this.#contexts) {
      context.enable.fill(0)
      context.threshold = 0
    }
    this.#update()
  }

  node({ base }: DeviceAddress): TreeNode {
    const harts = this.#contexts.length / 2
    return nodeAt('plic', base, this.size, {
      compatible: ['sifive,plic-1.0.0', 'riscv,plic0'],
      '#interrupt-cells': [1],
      '#address-cells': [0],
      'interrupt-controller': true,
      'interrupts-extended': wires(harts, [MACHINE_EXTERNAL, SUPERVISOR_EXTERNAL]),
      'riscv,ndev': [PLIC_SOURCES - 1],
      phandle: [PLIC_PHANDLE],
    })
  }

  save(): SavedState {
    return {
      priority: [...this.#priority],
      pending: [...this.#pending],
      serving: [...this.#serving],
      again: [...this.#again],
      enable: this.#contexts.map((context) => [...context.enable]),
      threshold: this.#contexts.map((context) => context.threshold),
    }
  }

  /** Must be called after the devices' own `load`: they assert while they load. */
  load(state: SavedState): void {
    this.#priority.set(numbersOf(state.priority))
    this.#pending.set(numbersOf(state.pending))
    this.#serving.set(numbersOf(state.serving))
    this.#again.set(numbersOf(state.again))
    const enables = Array.isArray(state.enable) ? state.enable : []
    const thresholds = numbersOf(state.threshold)
    this.#contexts.forEach((context, i) => {
      context.enable.set(numbersOf(enables[i]))
      context.threshold = thresholds[i] ?? 0
    })
    this.#update()
  }

  /** The best enabled pending source, now in service, or 0. The threshold has no say in a claim. */
  #claim(context: Context): number {
    const source = this.#best(context, 0)
    if (source === 0) return 0
    put(this.#pending, source, false)
    put(this.#serving, source, true)
    this.#update()
    return source
  }

  /** Ends the service of a source that the context has enabled. */
  #complete(context: Context, source: number): void {
    if (source >= PLIC_SOURCES || !has(context.enable, source)) return
    if (!has(this.#serving, source)) return
    put(this.#serving, source, false)
    if (has(this.#again, source)) put(this.#pending, source, true)
    put(this.#again, source, false)
  }

  #update(): void {
    this.#contexts.forEach((context, i) => {
      this.#output(i, this.#best(context, context.threshold) !== 0)
    })
  }

  /** The enabled pending source with the highest priority above `threshold`, the lowest among equals. */
  #best(context: Context, threshold: number): number {
    let best = 0
    let highest = threshold
    for (let word = 0; word < WORDS; word++) {
      let candidates = (this.#pending[word] ?? 0) & (context.enable[word] ?? 0)
      while (candidates !== 0) {
        const source = 32 * word + 31 - Math.clz32(candidates & -candidates)
        candidates &= candidates - 1
        const priority = this.#priority[source] ?? 0
        if (priority > highest) {
          highest = priority
          best = source
        }
      }
    }
    return best
  }
}

const has = (bits: Uint32Array, n: number): boolean =>
  (((bits[n >>> 5] ?? 0) >>> (n & 31)) & 1) !== 0

function put(bits: Uint32Array, n: number, level: boolean): void {
  const word = bits[n >>> 5] ?? 0
  bits[n >>> 5] = level ? word | (1 << (n & 31)) : word & ~(1 << (n & 31))
}
