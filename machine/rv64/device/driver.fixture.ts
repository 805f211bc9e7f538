// A stand-in for a guest's virtio driver in tests: sets a device up by its registers and works its
// rings in RAM, as the specification tells a driver to.

import type { RamDouble } from './ram.fixture.ts'
import type { VirtioMmio } from './virtio.ts'

export const STATUS = 0x070
export const INTERRUPT_STATUS = 0x060
const QUEUE_BYTES = 0x4000

export interface Buffer {
  readonly at: number
  readonly length: number
  readonly writable?: boolean
}

export class DriverDouble {
  protected readonly device: VirtioMmio
  readonly #ram: RamDouble
  protected readonly size: number
  readonly #next: number[] = []
  readonly #offered: number[] = []

  constructor(device: VirtioMmio, ram: RamDouble, size = 8) {
    this.device = device
    this.#ram = ram
    this.size = size
  }

  /** Reset, features, queues, DRIVER_OK. Returns the status the device reports. */
  start(queues: number, features = 0): number {
    const write = (offset: number, value: number): void => this.device.write(offset, 4, value)
    write(STATUS, 0)
    write(STATUS, 3)
    write(0x024, 0)
    write(0x020, features)
    write(0x024, 1)
    write(0x020, 1)
    write(STATUS, 11)
    for (let queue = 0; queue < queues; queue++) {
      write(0x030, queue)
      write(0x038, this.size)
      write(0x080, this.descriptors(queue))
      write(0x090, this.available(queue))
      write(0x0a0, this.used(queue))
      write(0x044, 1)
      this.begin(queue)
    }
    write(STATUS, 15)
    return this.device.read(STATUS, 4)
  }

  /** The rings are as yet empty. */
  protected begin(queue: number): void {
    this.#next[queue] = 0
    this.#offered[queue] = 0
  }

  descriptors(queue: number): number {
    return this.#ram.base + queue * QUEUE_BYTES
  }

  available(queue: number): number {
    return this.descriptors(queue) + 0x1000
  }

  used(queue: number): number {
    return this.descriptors(queue) + 0x2000
  }

  /** Makes a chain available without telling the device. Returns its head. */
  offer(queue: number, buffers: readonly Buffer[]): number {
    const head = this.#next[queue] ?? 0
    buffers.forEach((buffer, i) => {
      const isLast = i === buffers.length - 1
      const index = (head + i) % this.size
      const flags = (isLast ? 0 : 1) | (buffer.writable === true ? 2 : 0)
      this.describe(queue, index, { ...buffer, flags, next: (index + 1) % this.size })
    })
    this.#next[queue] = (head + buffers.length) % this.size
    const count = this.#offered[queue] ?? 0
    this.u16(this.available(queue) + 4 + 2 * (count % this.size), head)
    this.#offered[queue] = count + 1
    this.u16(this.available(queue) + 2, (count + 1) & 0xffff)
    return head
  }

  describe(
    queue: number,
    index: number,
    to: { at: number; length: number; flags: number; next: number },
  ): void {
    const bytes = new Uint8Array(16)
    const view = new DataView(bytes.buffer)
    view.setBigUint64(0, BigInt(to.at), true)
    view.setUint32(8, to.length, true)
    view.setUint16(12, to.flags, true)
    view.setUint16(14, to.next, true)
    this.#ram.write(this.descriptors(queue) + 16 * index, bytes)
  }

  notify(queue: number): void {
    this.device.write(0x050, 4, queue)
  }

  /** The used ring: (head, bytes written), oldest first. */
  finished(queue: number): readonly (readonly [number, number])[] {
    const view = new DataView(this.#ram.bytes.buffer, this.used(queue) - this.#ram.base)
    return Array.from({ length: view.getUint16(2, true) }, (_, i) => {
      const at = 4 + 8 * (i % this.size)
      return [view.getUint32(at, true), view.getUint32(at + 4, true)] as const
    })
  }

  u16(at: number, value: number): void {
    this.#ram.write(at, Uint8Array.of(value & 0xff, value >>> 8))
  }
}

/** One from before virtio 1.0, in the order of an old xv6: it is ready before its rings are. */
export class LegacyDriverDouble extends DriverDouble {
  override start(queues: number, features = 0): number {
    const write = (offset: number, value: number): void => this.device.write(offset, 4, value)
    for (const status of [0, 1, 3]) write(STATUS, status)
    write(0x020, features)
    write(STATUS, 11)
    write(STATUS, 15)
    write(0x028, 4096)
    for (let queue = 0; queue < queues; queue++) {
      write(0x030, queue)
      write(0x038, this.size)
      write(0x040, this.descriptors(queue) / 4096)
      this.begin(queue)
    }
    return this.device.read(STATUS, 4)
  }

  override available(queue: number): number {
    return this.descriptors(queue) + 16 * this.size
  }

  override used(queue: number): number {
    return this.descriptors(queue) + 0x1000
  }
}
