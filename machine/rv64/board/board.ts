// The board: all devices at their addresses, wired to the interrupt controller and to each other.
// A device is a file in device/, a row of the memory map, and a row of `placed` here, which wires it.
// Invariant: guests are told of exactly the devices that are on the bus; state is saved by the device's name.

import { ElfError } from '../../elf/file.ts'
import type { MachineSpec, Network } from '../../machine.ts'
import { Clint } from '../device/clint.ts'
import type { Device, DeviceAddress } from '../device/device.ts'
import type { TreeNode } from '../device/devicetree.ts'
import { Disk } from '../device/disk.ts'
import { type Finish, Finisher } from '../device/finisher.ts'
import { Plic } from '../device/plic.ts'
import { Rom } from '../device/rom.ts'
import { Rtc } from '../device/rtc.ts'
import { Uart } from '../device/uart.ts'
import { VirtioMmio } from '../device/virtio.ts'
import { VirtioBlock } from '../device/virtio-block.ts'
import { VirtioNet } from '../device/virtio-net.ts'
import type { DmaMemory } from '../memory/dma.ts'
import { MEMORY_MAP, VIRTIO_SLOTS } from '../memory/memory-map.ts'
import { Link } from '../net/link.ts'
import { Peer } from '../net/peer.ts'
import type { SavedState } from '../saved/saved-state.ts'
import { InputGate } from '../session/input-gate.ts'
import type { Moment } from '../session/input-log.ts'
import type { Clock } from '../time/clock.ts'
import type { Profile } from '../timing/profile.ts'
import { type Boot, boot } from './boot.ts'
import { Bus, type Placed } from './bus.ts'
import { HOST_INTERFACE, HostInterface, type HostWords } from './host-interface.ts'

export type HartWire = 'MSIP' | 'MTIP' | 'MEIP' | 'SEIP'

export interface BoardOptions {
  readonly spec: MachineSpec
  readonly clock: Clock
  readonly dma: DmaMemory
  readonly profile: Profile
  /** Drives an interrupt input of a hart: a level, set as often as the devices like. */
  readonly interrupt: (hart: number, wire: HartWire, level: boolean) => void
  readonly finish: Finish
  /** A guest has written mtime: whatever compares with `time` is to look again. */
  readonly timeMoved?: () => void
  /** Does all that is due at this cycle; the clock's events, unless there is more to it. */
  readonly settle?: () => void
  /** Where the machine stands; where there is one hart, its time says it. */
  readonly moment?: () => Moment
  /** Ends the slice that is being executed at its next boundary. */
  readonly leave?: () => void
  /** The peer has dealt with a frame from the guest: a `when` condition may hold now. */
  readonly networkEvent?: () => void
}

/** The addresses of QEMU's user network: the guest is 10.0.2.15, the other end 10.0.2.2. */
const GUEST_IP = 0x0a00_020f
const PEER_IP = 0x0a00_0202
const PEER_MAC = Uint8Array.of(0x52, 0x55, 0x0a, 0x00, 0x02, 0x02)

export class Board {
  readonly bus: Bus
  readonly uart: Uart
  readonly clint: Clint
  readonly gate: InputGate
  readonly #options: BoardOptions
  readonly #devices: readonly Device[]
  readonly #nodes: readonly TreeNode[]
  readonly #rom = new Rom('rom', MEMORY_MAP.rom.bytes)
  readonly #host: HostInterface
  readonly #block: VirtioBlock | undefined
  readonly #cable: Cable | undefined

  constructor(options: BoardOptions) {
    const { spec, clock, profile, interrupt, finish } = options
    this.#options = options
    this.gate = new InputGate({
      clock,
      moment: options.moment ?? (() => ({ cycle: clock.now })),
      settle: options.settle ?? (() => clock.fireDue()),
      leave: () => options.leave?.(),
    })
    const plic = new Plic(spec.harts, (context, level) => {
      interrupt(context >>> 1, (context & 1) === 0 ? 'MEIP' : 'SEIP', level)
    })
    this.clint = new Clint({
      clock,
      cyclesPerTick: profile.cyclesPerTick,
      harts: spec.harts,
      interrupt,
      timeMoved: () => options.timeMoved?.(),
    })
    const wire = ({ irq }: Required<DeviceAddress>) => plic.wire(irq)
    const { rom, finisher, rtc, clint, uart, virtio } = MEMORY_MAP
    this.uart = new Uart(wire(uart))
    this.#host = new HostInterface(options, (byte) => this.uart.onOutput?.(byte))
    this.#block = spec.disk && new VirtioBlock(new Disk(spec.disk), clock, profile.latencies)
    this.#cable = spec.network === true ? plugIn(options, this.gate) : undefined
    const functions = [this.#block, this.#cable?.card]
    const slots = Array.from({ length: VIRTIO_SLOTS }, (_, n): OnBoard => {
      const place = { base: virtio.base + n * virtio.bytes, irq: virtio.irq + n }
      const name = `virtio${n}`
      const { dma } = options
      return { ...place, device: new VirtioMmio(name, dma, wire(place), functions[n], spec.virtio) }
    })
    const placed: OnBoard[] = [
      { ...rom, device: this.#rom },
      { ...finisher, device: new Finisher(finish) },
      { ...rtc, device: new Rtc(clock, profile.cyclesPerTick, wire(rtc)) },
      { ...clint, device: this.clint },
      { ...uart, device: this.uart },
      ...slots,
      { ...MEMORY_MAP.plic, device: plic }, // last, for it is loaded in this order
    ]
    this.bus = new Bus(placed)
    this.#devices = placed.map(({ device }) => device)
    this.#nodes = nodesOf(placed)
  }

  /** The far end of the network cable. */
  get network(): Network | undefined {
    return this.#cable?.peer
  }

  /** Why a snapshot cannot be taken now, in one line; undefined: it can. */
  get obstacle(): string | undefined {
    const open = this.#cable?.peer.open ?? 0
    if (open === 0) return undefined
    return `expected no open network connection at a snapshot, got ${open}. Close them first`
  }

  /** True if devices will do nothing by themselves, whatever time passes. */
  get quiet(): boolean {
    return this.#options.clock.waitsOnlyFor(HOST_INTERFACE) && !this.#host.asked
  }

  /** Loads the images into RAM, which holds zeros only, and programs the ROM at which harts start. */
  boot(): void {
    const booted = boot(this.#options.spec, this.#options.dma, this.#nodes)
    this.#rom.program(booted.rom)
    this.#host.watch(hostWordsOf(booted))
  }

  /** Typed text; it enters at the current virtual time and is recorded. */
  type(text: string): void {
    const bytes = new TextEncoder().encode(text)
    this.gate.soon(() => this.gate.enter('console', bytes, () => this.uart.type(bytes)))
  }

  /**
   * A restart: every device as at power-on, every connection gone. The disk, the counts and the
   * record of inputs stay, and so does the time. RAM is not the board's.
   */
  reset(): void {
    for (const device of this.#devices) device.reset()
    this.#cable?.link.reset()
    this.#cable?.peer.reset()
  }

  /** What the devices have counted, by name. */
  counts(): Readonly<Record<string, number>> {
    const { card, link } = this.#cable ?? {}
    return { ...this.#block?.counts(), ...card?.counts(), ...link?.counts() }
  }

  save(): SavedState {
    const devices = Object.fromEntries(this.#devices.map((device) => [device.name, device.save()]))
    return {
      devices,
      inputs: this.gate.log.save(),
      host: this.#host.save(),
      link: this.#cable?.link.save() ?? null,
      peer: this.#cable?.peer.save() ?? null,
    }
  }

  /** Requires a clock that has been reset to the time of the save; schedules all events again. */
  load(state: SavedState): void {
    this.#cable?.peer.load(state.peer as SavedState)
    this.#cable?.link.load(state.link as SavedState)
    const saved = state.devices as SavedState
    for (const device of this.#devices) {
      const own = saved[device.name]
      if (own === undefined) {
        throw new Error(`expected a snapshot of this board, got one without ${device.name}`)
      }
      device.load(own as SavedState)
    }
    this.gate.log.load(state.inputs as SavedState)
    this.#host.load(state.host as SavedState)
  }
}

type OnBoard = Placed & DeviceAddress

/**
 * The devices' nodes in order of addresses, as QEMU has them, whatever the order in which devices are
 * loaded.
 */
function nodesOf(placed: readonly OnBoard[]): readonly TreeNode[] {
  const inOrder = [...placed].sort((a, b) => a.base - b.base)
  return inOrder.flatMap((one) => one.device.node?.(one) ?? [])
}

interface Cable {
  readonly card: VirtioNet
  readonly link: Link
  readonly peer: Peer
}

/** The guest's card, the cable, and the host at its other end. */
function plugIn(options: BoardOptions, gate: InputGate): Cable {
  const { clock, profile, networkEvent } = options
  const { probability: loss = 0, seed = 1 } = options.spec.loss ?? {}
  const link = new Link({ clock, timing: profile.latencies, loss, seed })
  const peer = new Peer({
    clock,
    wire: link.right,
    mac: PEER_MAC,
    ip: PEER_IP,
    neighbour: GUEST_IP,
    gate,
    onEvent: () => networkEvent?.(),
  })
  return { card: new VirtioNet(link.left, clock, profile.latencies), link, peer }
}

/** Where `tohost` and `fromhost` are in the program that has them, as ISA test programs do. */
function hostWordsOf({ firmware, kernel }: Boot): HostWords | undefined {
  for (const image of [firmware, kernel]) {
    try {
      const tohost = image?.symbols.named('tohost')
      const fromhost = image?.symbols.named('fromhost')
      if (tohost === undefined) continue
      return { tohost: Number(tohost.address), fromhost: fromhost && Number(fromhost.address) }
    } catch (error) {
      // A damaged symbol table does not stop an image from running.
      if (!(error instanceof ElfError)) throw error
    }
  }
  return undefined
}
