// The virtio-mmio transport (virtio 1.2, section 4.2), of version 2 or 1: what every virtio device shares.
// Invariant: a device works only between DRIVER_OK and the first broken ring; a broken ring sets
// DEVICE_NEEDS_RESET and nothing but a reset by the driver clears it.

import type { DmaMemory } from '../memory/dma.ts'
import type { SavedState } from '../saved/saved-state.ts'
import type { Device, DeviceAddress, InterruptWire } from './device.ts'
import { pair, type TreeNode } from './devicetree.ts'
import { interruptBy } from './node.ts'
import { type QueueRegisters, queueRegisters, type VirtioVersion } from './queue-registers.ts'
import { QUEUE_SIZE_MAX, Virtqueue } from './virtqueue.ts'

const MAGIC_VALUE = 0x000
const VERSION = 0x004
const DEVICE_ID = 0x008
const VENDOR_ID = 0x00c
const DEVICE_FEATURES = 0x010
const DEVICE_FEATURES_SEL = 0x014
const DRIVER_FEATURES = 0x020
const DRIVER_FEATURES_SEL = 0x024
const QUEUE_SEL = 0x030
const QUEUE_NUM_MAX = 0x034
const QUEUE_NOTIFY = 0x050
const INTERRUPT_STATUS = 0x060
const INTERRUPT_ACK = 0x064
const STATUS = 0x070
const SHM_LEN = 0x0b0 // low half; high at + 4; all ones: no such region
const SHM_BASE = 0x0b8
const CONFIG = 0x100

const MAGIC = 0x7472_6976 // 'virt'
const VENDOR = 0x554d_4551 // 'QEMU': xv6 takes a disk from no other vendor

const DRIVER_OK = 4
const FEATURES_OK = 8
const NEEDS_RESET = 64
const USED_BUFFER = 1 // InterruptStatus
const CONFIG_CHANGE = 2

/** What a kind of virtio device adds to the transport. */
export interface VirtioFunction {
  /** Device ID (virtio 1.2, chapter 5). */
  readonly id: number
  /** Feature bits 0 to 31; those above are the transport's. */
  readonly features: number
  readonly queues: number
  readonly config: Uint8Array
  /** Called once, before anything else. */
  attach(host: VirtioHost): void
  /** The driver has notified queue `index`; only while the host is live. */
  notify(index: number): void
  reset(): void
  save(): SavedState
  load(state: SavedState): void
}

/** What the transport gives the function. */
export interface VirtioHost {
  /** True from DRIVER_OK until reset or failure. */
  readonly live: boolean
  /** 1: the layouts are those from before VERSION_1. */
  readonly version: VirtioVersion
  queue(index: number): Virtqueue
  /** Chains of queue `index` have been pushed: interrupts the driver if it wants that. */
  used(index: number): void
  /** The driver broke a rule: the device stops until it is reset. */
  fail(): void
}

export class VirtioMmio implements Device, VirtioHost {
  readonly name: string
  readonly size = 0x1000
  readonly #function: VirtioFunction | undefined
  readonly #interrupt: InterruptWire
  readonly #queues: readonly Virtqueue[]
  readonly #registers: QueueRegisters
  #status = 0
  #interruptStatus = 0
  #deviceFeaturesSel = 0
  #driverFeaturesSel = 0
  #driverFeatures = [0, 0]
  #queueSel = 0

  /** A slot without a function is empty: device ID 0. */
  constructor(
    name: string,
    dma: DmaMemory,
    interrupt: InterruptWire,
    added: VirtioFunction | undefined,
    version: VirtioVersion = 2,
  ) {
    this.name = name
    this.#interrupt = interrupt
    this.#function = added
    this.#registers = queueRegisters(version)
    this.#queues = Array.from({ length: added?.queues ?? 0 }, () => new Virtqueue(dma))
    added?.attach(this)
  }

  get live(): boolean {
    return (this.#status & (DRIVER_OK | NEEDS_RESET)) === DRIVER_OK
  }

  get version(): VirtioVersion {
    return this.#registers.version
  }

  queue(index: number): Virtqueue {
    const queue = this.#queues[index]
    if (queue === undefined) throw new RangeError(`queue ${index} of ${this.#queues.length}`)
    return queue
  }

  used(index: number): void {
    if (!this.queue(index).wantsInterrupt) return
    this.#raise(USED_BUFFER)
  }

  fail(): void {
    this.#status |= NEEDS_RESET
    if ((this.#status & DRIVER_OK) !== 0) this.#raise(CONFIG_CHANGE)
  }

  read(offset: number, bytes: 1 | 2 | 4): number {
    if (offset >= CONFIG) return this.#readConfig(offset - CONFIG, bytes)
    if (bytes !== 4 || (offset & 3) !== 0) return 0
    switch (offset) {
      case MAGIC_VALUE:
        return MAGIC
      case VERSION:
        return this.version
      case DEVICE_ID:
        return this.#function?.id ?? 0
      case VENDOR_ID:
        return VENDOR
      case DEVICE_FEATURES:
        return this.#offered(this.#deviceFeaturesSel)
      case QUEUE_NUM_MAX:
        return this.#selected() === undefined ? 0 : QUEUE_SIZE_MAX
      case INTERRUPT_STATUS:
        return this.#interruptStatus
      case STATUS:
        return this.#status
      case SHM_LEN:
      case SHM_LEN + 4:
      case SHM_BASE:
      case SHM_BASE + 4:
        return 0xffff_ffff
      default: // ConfigGeneration among them: configurations never change
        return this.#registers.read(this.#selected(), offset)
    }
  }

  write(offset: number, bytes: 1 | 2 | 4, value: number): void {
    if (bytes !== 4 || (offset & 3) !== 0 || this.#function === undefined) return
    const word = value >>> 0
    switch (offset) {
      case DEVICE_FEATURES_SEL:
        this.#deviceFeaturesSel = word
        return
      case DRIVER_FEATURES_SEL:
        this.#driverFeaturesSel = word
        return
      case DRIVER_FEATURES:
        if (this.#driverFeaturesSel < 2 && (this.#status & FEATURES_OK) === 0) {
          this.#driverFeatures[this.#driverFeaturesSel] = word
        }
        return
      case QUEUE_SEL:
        this.#queueSel = word
        return
      case QUEUE_NOTIFY:
        if (this.live && this.#queues[word]?.ready === true) this.#function.notify(word)
        return
      case INTERRUPT_ACK:
        this.#interruptStatus &= ~word
        this.#interrupt(this.#interruptStatus !== 0)
        return
      case STATUS:
        this.#writeStatus(word & 0xff)
        return
      default:
        this.#writeQueue(offset, word)
    }
  }

  reset(): void {
    this.#registers.reset()
    this.#begin()
  }

  node({ base, irq = 0 }: DeviceAddress): TreeNode {
    return {
      name: `virtio_mmio@${base.toString(16)}`,
      properties: {
        compatible: 'virtio,mmio',
        reg: [...pair(base), ...pair(this.size)],
        ...interruptBy(irq),
      },
    }
  }

  save(): SavedState {
    return {
      status: this.#status,
      interruptStatus: this.#interruptStatus,
      deviceFeaturesSel: this.#deviceFeaturesSel,
      driverFeaturesSel: this.#driverFeaturesSel,
      driverFeaturesLow: this.#driverFeatures[0] ?? 0,
      driverFeaturesHigh: this.#driverFeatures[1] ?? 0,
      queueSel: this.#queueSel,
      queues: this.#queues.map((queue) => queue.save()),
      registers: this.#registers.save(),
      function: this.#function?.save() ?? null,
    }
  }

  load(state: SavedState): void {
    this.#status = Number(state.status)
    this.#interruptStatus = Number(state.interruptStatus)
    this.#deviceFeaturesSel = Number(state.deviceFeaturesSel)
    this.#driverFeaturesSel = Number(state.driverFeaturesSel)
    this.#driverFeatures = [Number(state.driverFeaturesLow), Number(state.driverFeaturesHigh)]
    this.#queueSel = Number(state.queueSel)
    const queues = state.queues as readonly SavedState[]
    this.#queues.forEach((queue, i) => {
      queue.load(queues[i] ?? {})
    })
    this.#registers.load(state.registers as SavedState)
    if (this.#function !== undefined) this.#function.load(state.function as SavedState)
    this.#interrupt(this.#interruptStatus !== 0)
  }

  /** The driver's reset: legacy drivers give their page size before it. */
  #begin(): void {
    this.#status = this.#interruptStatus = 0
    this.#deviceFeaturesSel = this.#driverFeaturesSel = this.#queueSel = 0
    this.#driverFeatures = [0, 0]
    for (const queue of this.#queues) queue.reset()
    this.#function?.reset()
    this.#interrupt(false)
  }

  #selected(): Virtqueue | undefined {
    return this.#queues[this.#queueSel]
  }

  #offered(word: number): number {
    if (this.#function === undefined) return 0
    if (word === 0) return this.#function.features >>> 0
    return word === 1 ? this.#registers.features : 0
  }

  #readConfig(at: number, bytes: number): number {
    const config = this.#function?.config
    if (config === undefined) return 0
    let value = 0
    for (let i = bytes - 1; i >= 0; i--) value = value * 256 + (config[at + i] ?? 0)
    return value
  }

  /**
   * FEATURES_OK stays clear if the driver takes what is not offered. A driver that leaves VERSION_1
   * out is let through, as on QEMU: xv6's does, and means this layout all the same.
   */
  #writeStatus(status: number): void {
    if (status === 0) {
      this.#begin()
      return
    }
    const [low = 0, high = 0] = this.#driverFeatures
    const acceptable = (low & ~this.#offered(0)) === 0 && (high & ~this.#offered(1)) === 0
    const refused = acceptable ? 0 : FEATURES_OK
    this.#status = (status & ~refused & ~NEEDS_RESET) | (this.#status & NEEDS_RESET)
  }

  #writeQueue(offset: number, word: number): void {
    const queue = this.#selected()
    if (this.#registers.write(queue, offset, word) && queue?.isSound === false) this.fail()
  }

  #raise(cause: number): void {
    this.#interruptStatus |= cause
    this.#interrupt(true)
  }
}
