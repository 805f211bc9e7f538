import { readFileSync } from 'node:fs'
import { beforeEach, describe, expect, it } from 'vitest'
import type { MachineSpec } from '../../machine.ts'
import { cycles } from '../../units.ts'
import { RamDouble } from '../device/ram.fixture.ts'
import * as map from '../memory/memory-map.ts'
import type { SavedState } from '../saved/saved-state.ts'
import { Clock } from '../time/clock.ts'
import { flat } from '../timing/flat.ts'
import { Board } from './board.ts'

const MiB = 1 << 20
const RAM = 0x8000_0000
const { uart, finisher } = map.MEMORY_MAP

/** A Linux image: the shortest kernel that needs no linker. */
function kernelOf(memoryBytes: number): Uint8Array {
  const bytes = new Uint8Array(64)
  const view = new DataView(bytes.buffer)
  bytes.set([5, 6, 7, 8])
  view.setBigUint64(16, BigInt(memoryBytes), true)
  view.setUint32(56, 0x0543_5352, true)
  return bytes
}

/** An executable whose one segment begins with the file's headers, a page below RAM. */
function headersBelow(code: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(4096 + code.length)
  const view = new DataView(bytes.buffer)
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1])
  view.setUint16(16, 2, true)
  view.setUint16(18, 243, true)
  view.setBigUint64(24, BigInt(RAM), true) // entry
  view.setBigUint64(32, 64n, true) // program headers
  view.setUint16(54, 56, true)
  view.setUint16(56, 1, true)
  view.setUint32(64, 1, true)
  for (const at of [80, 88]) view.setBigUint64(at, BigInt(RAM - 4096), true)
  for (const at of [96, 104]) view.setBigUint64(at, BigInt(bytes.length), true)
  bytes.set(code, 4096)
  return bytes
}

const spec: MachineSpec = {
  firmware: Uint8Array.of(1, 2, 3, 4),
  kernel: kernelOf(64),
  banks: [{ bytes: 8 * MiB, role: 'original' }],
  harts: 1,
  profile: 'flat',
}

describe('Board', () => {
  let clock: Clock
  let ram: RamDouble
  let finished: unknown[]
  let wires: string[]

  const make = (change: Partial<MachineSpec> = {}): Board =>
    new Board({
      spec: { ...spec, ...change },
      clock,
      dma: ram,
      profile: flat,
      interrupt: (hart, wire, level) => wires.push(`${wire}${hart} ${level}`),
      finish: (...said) => finished.push(said),
    })

  beforeEach(() => {
    clock = new Clock()
    ram = new RamDouble(RAM, 8 * MiB)
    finished = []
    wires = []
  })

  it('has the memory map that guest code is compiled for', () => {
    const source = readFileSync(new URL('../../../guest/include/virt.h', import.meta.url), 'utf8')
    const defined = new Map<string, number>()
    for (const [, name, value] of source.matchAll(
      /^#define (\w+)\s+(0x[\da-f]+|\d+)(?:UL)?(?:\s|$)/gm,
    )) {
      if (name !== undefined) defined.set(name, Number(value))
    }
    const ours = {
      VIRT_FINISHER: finisher.base,
      VIRT_CLINT: map.MEMORY_MAP.clint.base,
      VIRT_CLINT_MTIMECMP: map.MEMORY_MAP.clint.base + 0x4000,
      VIRT_CLINT_MTIME: map.MEMORY_MAP.clint.base + 0xbff8,
      VIRT_PLIC: map.MEMORY_MAP.plic.base,
      VIRT_PLIC_BYTES: map.MEMORY_MAP.plic.bytes,
      VIRT_UART: uart.base,
      VIRT_UART_IRQ: map.MEMORY_MAP.uart.irq,
      VIRT_VIRTIO: map.MEMORY_MAP.virtio.base,
      VIRT_VIRTIO_STEP: map.MEMORY_MAP.virtio.bytes,
      VIRT_VIRTIO_SLOTS: map.VIRTIO_SLOTS,
      VIRT_VIRTIO_IRQ: map.MEMORY_MAP.virtio.irq,
      VIRT_RAM: map.MEMORY_MAP.ram.base,
      TIMEBASE_HZ: map.TICKS_PER_SECOND,
      FIRMWARE_BYTES: map.FIRMWARE_BYTES,
      KERNEL_BASE: map.KERNEL_BASE,
    }
    for (const [name, value] of Object.entries(ours))
      expect([name, defined.get(name)]).toEqual([name, value])
  })

  it('tells guests in its device tree of each device that is on the bus', () => {
    make({}).boot()
    const told = new TextDecoder('latin1').decode(ram.read(RAM, 8 * MiB))
    const named = (name: string, base: number) =>
      told.includes(`\x01${name}@${base.toString(16)}\0`)
    const { finisher, rtc, clint, plic, uart, virtio } = map.MEMORY_MAP
    const nodes = { test: finisher, rtc, clint, plic, serial: uart }
    for (const [name, { base }] of Object.entries(nodes)) {
      expect([name, named(name, base)]).toEqual([name, true])
    }
    const slots = Array.from({ length: 9 }, (_, n) =>
      named('virtio_mmio', virtio.base + 0x1000 * n),
    )
    expect(slots).toEqual([...new Array(8).fill(true), false])
  })

  it('puts a device of the size the map says at each address', () => {
    const board = make({ disk: new Uint8Array(512), network: true })
    for (const [name, { base, bytes }] of Object.entries(map.MEMORY_MAP)) {
      if (name === 'ram') continue
      expect([name, board.bus.device(base, 4), board.bus.device(base + bytes - 4, 4)]).toEqual([
        name,
        true,
        true,
      ])
    }
    const ids = Array.from({ length: 9 }, (_, slot) =>
      board.bus.read(0x1000_1008 + 0x1000 * slot, 4),
    )
    expect(ids).toEqual([2, 1, 0, 0, 0, 0, 0, 0, 0])
    expect(board.bus.device(0x1000_9000, 4)).toBe(false)
  })

  it('loads firmware, kernel, initrd and device tree apart, and hands them over in the ROM', () => {
    make({ initrd: Uint8Array.of(9, 9), bootargs: 'seed=1' }).boot()
    expect([...ram.read(RAM, 4)]).toEqual([1, 2, 3, 4])
    expect([...ram.read(0x8020_0000, 4)]).toEqual([5, 6, 7, 8])
    expect([...ram.read(0x8040_0000, 2)]).toEqual([9, 9]) // the middle of a small bank
    expect([...ram.read(0x8018_0000, 4)]).toEqual([0xd0, 0x0d, 0xfe, 0xed])
  })

  it('tells the firmware where the next stage is', () => {
    const board = make()
    board.boot()
    const at = (offset: number): number => board.bus.read(0x1000 + offset, 4)
    expect([at(0x18), at(0x20)]).toEqual([RAM, 0x8018_0000])
    expect([at(0x30), at(0x38), at(0x40), at(0x48)]).toEqual([0x4942_534f, 2, 0x8020_0000, 1])
  })

  it('puts the device tree at the end of the bank where there is no firmware', () => {
    const { firmware: _, ...bare } = spec
    const board = new Board({
      spec: bare,
      clock,
      dma: ram,
      profile: flat,
      interrupt: () => {},
      finish: () => {},
    })
    board.boot()
    expect([...ram.read(RAM, 4)]).toEqual([5, 6, 7, 8])
    expect(board.bus.read(0x1020, 4)).toBe(RAM + 8 * MiB - 0x1_0000)
  })

  it('puts the device tree at the end of the bank where an image lies in its place', () => {
    const board = make({ firmware: new Uint8Array(0x18_0001) })
    board.boot()
    expect(board.bus.read(0x1020, 4)).toBe(RAM + 8 * MiB - 0x1_0000)
  })

  it('says what does not fit', () => {
    const huge = new Uint8Array(7 * MiB)
    expect(() => make({ kernel: kernelOf(7 * MiB) }).boot()).toThrow(
      /kernel: expected it to lie in 8388608 bytes of RAM from 0x80000000, got 7340032 at \[0x80200000, 0x80900000\)/,
    )
    expect(() => make({ firmware: new Uint8Array(3 * MiB) }).boot()).toThrow(
      /expected firmware and kernel apart/,
    )
    expect(() => make({ initrd: huge }).boot()).toThrow(
      /initrd: expected it to lie in 8388608 bytes of RAM .* got 7340032 at/,
    )
  })

  it('leaves out the ELF headers that lie below RAM', () => {
    const { firmware: _, ...bare } = spec
    const kernel = headersBelow(Uint8Array.of(5, 6, 7, 8))
    const options = { clock, dma: ram, profile: flat, interrupt: () => {}, finish: () => {} }
    new Board({ spec: { ...bare, kernel }, ...options }).boot()
    expect([...ram.read(RAM, 5)]).toEqual([5, 6, 7, 8, 0])
  })

  it('reserves the memory of a firmware, and nothing without', () => {
    const firstReservation = (board: Board): bigint => {
      board.boot()
      const at = board.bus.read(0x1020, 4)
      const tree = new DataView(ram.read(at, 0x1000).slice().buffer)
      return tree.getBigUint64(tree.getUint32(16))
    }
    expect(firstReservation(make())).toBe(BigInt(RAM))
    const { firmware: _, ...bare } = spec
    const options = { clock, dma: ram, profile: flat, interrupt: () => {}, finish: () => {} }
    expect(firstReservation(new Board({ spec: bare, ...options }))).toBe(0n)
  })

  it('interrupts a driver that never asks its UART why once for each byte', () => {
    const { bus } = make()
    const { base: plic } = map.MEMORY_MAP.plic
    bus.write(plic + 4 * map.MEMORY_MAP.uart.irq, 4, 1)
    bus.write(plic + 0x2080, 4, 1 << map.MEMORY_MAP.uart.irq)
    bus.write(uart.base + 1, 1, 3)
    let taken = 0
    for (let sent = 0; sent < 5; sent++) {
      bus.write(uart.base, 1, 0x41)
      while (wires.at(-1) === 'SEIP0 true' && taken < 100) {
        taken++
        bus.write(plic + 0x20_1004, 4, bus.read(plic + 0x20_1004, 4))
      }
    }
    expect(taken).toBe(5)
  })

  it('touches nothing that a segment leaves blank: RAM has been cleared', () => {
    ram.bytes.fill(0xaa)
    make({ kernel: kernelOf(4096) }).boot()
    expect(ram.read(0x8020_0000, 1)[0]).not.toBe(0xaa)
    expect(ram.read(0x8020_0040, 4032).every((byte) => byte === 0xaa)).toBe(true)
  })

  it('records what is typed and passes it to the guest', () => {
    const board = make()
    clock.now = cycles(77)
    board.type('é')
    expect(board.gate.log.entries).toEqual([
      { cycle: 77, kind: 'console', bytes: Uint8Array.of(0xc3, 0xa9) },
    ])
    expect(board.bus.read(uart.base, 1)).toBe(0xc3)
  })

  it('ends by the finisher', () => {
    const board = make()
    board.bus.write(finisher.base, 4, 0x5555)
    expect(finished).toEqual([[0, 'power-off']])
  })

  it('interrupts the supervisor of a hart through the PLIC', () => {
    const board = make()
    board.bus.write(0xc00_0000 + 4 * map.MEMORY_MAP.uart.irq, 4, 1)
    board.bus.write(0xc00_2080, 4, 1 << map.MEMORY_MAP.uart.irq)
    board.bus.write(uart.base + 1, 1, 1)
    wires = []
    board.type('x')
    expect(wires.at(-1)).toBe('SEIP0 true')
  })

  it('comes back from a snapshot, device by device, and refuses one of another board', () => {
    const full = { disk: new Uint8Array(4096), network: true }
    const board = make(full)
    board.boot()
    board.type('hello')
    board.bus.write(0x200_4000, 4, 500)
    board.bus.write(0x200_4004, 4, 0)
    const saved = board.save()
    const due = clock.next()
    clock.reset(cycles(0))
    const other = make(full)
    other.load(saved)
    expect(other.save()).toEqual(saved)
    expect(clock.next()).toBe(due)
    expect(other.bus.read(0x1020, 4)).toBe(0x8018_0000)
    const { rom: _, ...rest } = saved.devices as Record<string, never>
    expect(() => make(full).load({ ...saved, devices: rest })).toThrow(/one without rom/)
  })

  it('restarts all devices, but keeps disk, counts, inputs and time', () => {
    const board = make({ disk: new Uint8Array(4096), network: true })
    const device = (name: string): SavedState =>
      (board.save().devices as Record<string, SavedState>)[name] ?? {}
    const fresh = ['clint', 'plic', 'uart', 'virtio1'].map(device)
    const disk = device('virtio0').function
    clock.now = cycles(700)
    board.type('hello')
    board.bus.write(0x200_4000, 4, 5)
    board.network?.connect(80)
    const { inputs } = board.save()
    expect(board.obstacle).toMatch(/no open network connection/)
    board.reset()
    expect(board.obstacle).toBeUndefined()
    expect(['clint', 'plic', 'uart', 'virtio1'].map(device)).toEqual(fresh)
    expect(device('virtio0').function).toEqual(disk)
    expect(board.save().inputs).toEqual(inputs)
    expect(board.clint.time).toBe(7n)
    expect(clock.next()).toBe(Number.MAX_SAFE_INTEGER)
  })
})
