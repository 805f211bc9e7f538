// The bus: which device answers at which physical address. Invariant: ranges never overlap, so at
// most one device answers, and what a device does not cover reaches none.

import type { Device } from '../device/device.ts'

export interface Placed {
  readonly base: number
  readonly device: Device
}

interface Range extends Placed {
  readonly end: number
}

export class Bus {
  readonly #ranges: readonly Range[]
  /** The range of the last access: kernels poll one device at a time. */
  #last: Range | undefined

  constructor(placed: readonly Placed[]) {
    this.#ranges = placed
      .map(({ base, device }) => ({ base, device, end: base + device.size }))
      .sort((a, b) => a.base - b.base)
    this.#ranges.forEach((range, i) => {
      const next = this.#ranges[i + 1]
      if (next !== undefined && next.base < range.end) {
        const [end, start] = [range.end, next.base].map((at) => `0x${at.toString(16)}`)
        const got = `${range.device.name} up to ${end} over ${next.device.name} at ${start}`
        throw new RangeError(`expected devices apart on the bus, got ${got}`)
      }
    })
  }

  /** True if one device covers all of [pa, pa + bytes). */
  device(pa: number, bytes: number): boolean {
    return this.#find(pa, bytes) !== undefined
  }

  /** Requires device(pa, bytes); without one it reads 0. */
  read(pa: number, bytes: 1 | 2 | 4): number {
    const range = this.#find(pa, bytes)
    return range === undefined ? 0 : range.device.read(pa - range.base, bytes)
  }

  /** Requires device(pa, bytes); without one it does nothing. */
  write(pa: number, bytes: 1 | 2 | 4, value: number): void {
    const range = this.#find(pa, bytes)
    if (range !== undefined) range.device.write(pa - range.base, bytes, value)
  }

  #find(pa: number, bytes: number): Range | undefined {
    const last = this.#last
    if (last !== undefined && pa >= last.base && pa + bytes <= last.end) return last
    for (const range of this.#ranges) {
      if (pa >= range.base && pa + bytes <= range.end) {
        this.#last = range
        return range
      }
    }
    return undefined
  }
}
