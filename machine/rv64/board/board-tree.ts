// The device tree of the board: what QEMU `virt` tells a kernel, plus the banks of RAM. Invariant:
// it names exactly the devices and ranges that board.ts puts on the bus.

import type { Bank } from '../../machine.ts'
import { pair, type TreeNode } from '../device/devicetree.ts'
import { PLIC_SOURCES } from '../device/plic.ts'
import { CACHE_BLOCK_BYTES, EXTENSIONS, ISA } from '../isa/extensions.ts'
import {
  MEMORY_MAP,
  RTC_IRQ,
  TICKS_PER_SECOND,
  UART_IRQ,
  VIRTIO_IRQ,
  VIRTIO_SLOTS,
} from '../memory/memory-map.ts'

export interface TreeFacts {
  readonly banks: readonly Bank[]
  readonly harts: number
  readonly bootargs: string
  /** Where the initrd lies, if there is one. */
  readonly initrd: { readonly start: number; readonly end: number } | undefined
}

const PLIC_PHANDLE = 1
const TEST_PHANDLE = 2
const cpuHandle = (hart: number): number => 0x10 + 2 * hart
const intcHandle = (hart: number): number => 0x11 + 2 * hart

// Local interrupt numbers (privileged specification, mcause).
const MACHINE_SOFTWARE = 3
const MACHINE_TIMER = 7
const SUPERVISOR_EXTERNAL = 9
const MACHINE_EXTERNAL = 11

/** 3.6864 MHz, the clock of the UART on QEMU `virt`. */
const UART_HZ = 3_686_400
const SERIAL_PATH = `/soc/serial@${MEMORY_MAP.uart.base.toString(16)}`

export function boardTree(facts: TreeFacts): TreeNode {
  return {
    name: '',
    properties: {
      '#address-cells': [2],
      '#size-cells': [2],
      compatible: 'riscv-virtio',
      model: 'mirrorbench,virt',
    },
    children: [
      { name: 'aliases', properties: { serial0: SERIAL_PATH } },
      chosen(facts),
      cpus(facts.harts),
      ...memories(facts.banks),
      syscon('poweroff', 0x5555),
      syscon('reboot', 0x7777),
      soc(facts.harts),
    ],
  }
}

function chosen({ bootargs, initrd }: TreeFacts): TreeNode {
  const range =
    initrd === undefined
      ? {}
      : { 'linux,initrd-start': pair(initrd.start), 'linux,initrd-end': pair(initrd.end) }
  return { name: 'chosen', properties: { 'stdout-path': SERIAL_PATH, bootargs, ...range } }
}

function cpus(harts: number): TreeNode {
  const all = Array.from({ length: harts }, (_, hart) => hart)
  return {
    name: 'cpus',
    properties: {
      '#address-cells': [1],
      '#size-cells': [0],
      'timebase-frequency': [TICKS_PER_SECOND],
    },
    children: [...all.map(cpu), cpuMap(all)],
  }
}

const cpu = (hart: number): TreeNode => ({
  name: `cpu@${hart.toString(16)}`,
  properties: {
    device_type: 'cpu',
    reg: [hart],
    status: 'okay',
    compatible: 'riscv',
    'riscv,isa': ISA,
    'riscv,isa-base': 'rv64i',
    'riscv,isa-extensions': EXTENSIONS,
    'riscv,cboz-block-size': [CACHE_BLOCK_BYTES],
    'mmu-type': 'riscv,sv39',
    phandle: [cpuHandle(hart)],
  },
  children: [
    {
      name: 'interrupt-controller',
      properties: {
        '#interrupt-cells': [1],
        'interrupt-controller': true,
        compatible: 'riscv,cpu-intc',
        phandle: [intcHandle(hart)],
      },
    },
  ],
})

const cpuMap = (harts: readonly number[]): TreeNode => ({
  name: 'cpu-map',
  properties: {},
  children: [
    {
      name: 'cluster0',
      properties: {},
      children: harts.map((hart) => ({
        name: `core${hart}`,
        properties: { cpu: [cpuHandle(hart)] },
      })),
    },
  ],
})

function memories(banks: readonly Bank[]): readonly TreeNode[] {
  let base: number = MEMORY_MAP.ram.base
  return banks.map((bank, n) => {
    const start = base
    base += bank.bytes
    return {
      name: `memory@${start.toString(16)}`,
      properties: {
        device_type: 'memory',
        reg: [...pair(start), ...pair(bank.bytes)],
        'mirrorbench,bank': [n],
        'mirrorbench,role': bank.role,
      },
    }
  })
}

const syscon = (name: string, value: number): TreeNode => ({
  name,
  properties: {
    compatible: `syscon-${name}`,
    regmap: [TEST_PHANDLE],
    offset: [0],
    value: [value],
  },
})

function soc(harts: number): TreeNode {
  return {
    name: 'soc',
    properties: {
      '#address-cells': [2],
      '#size-cells': [2],
      compatible: 'simple-bus',
      ranges: true,
    },
    children: [
      placed('test', 'finisher', {
        compatible: ['sifive,test1', 'sifive,test0', 'syscon'],
        phandle: [TEST_PHANDLE],
      }),
      placed('rtc', 'rtc', {
        compatible: 'google,goldfish-rtc',
        interrupts: [RTC_IRQ],
        'interrupt-parent': [PLIC_PHANDLE],
      }),
      placed('clint', 'clint', {
        compatible: ['sifive,clint0', 'riscv,clint0'],
        'interrupts-extended': wires(harts, [MACHINE_SOFTWARE, MACHINE_TIMER]),
      }),
      placed('plic', 'plic', {
        compatible: ['sifive,plic-1.0.0', 'riscv,plic0'],
        '#interrupt-cells': [1],
        '#address-cells': [0],
        'interrupt-controller': true,
        'interrupts-extended': wires(harts, [MACHINE_EXTERNAL, SUPERVISOR_EXTERNAL]),
        'riscv,ndev': [PLIC_SOURCES - 1],
        phandle: [PLIC_PHANDLE],
      }),
      placed('serial', 'uart', {
        compatible: 'ns16550a',
        'clock-frequency': [UART_HZ],
        interrupts: [UART_IRQ],
        'interrupt-parent': [PLIC_PHANDLE],
      }),
      ...Array.from({ length: VIRTIO_SLOTS }, (_, slot) => virtio(slot)),
    ],
  }
}

/** Each hart's local interrupts as pairs (its controller, the number). */
const wires = (harts: number, numbers: readonly number[]): readonly number[] =>
  Array.from({ length: harts }, (_, hart) => numbers.flatMap((n) => [intcHandle(hart), n])).flat()

function placed(
  name: string,
  entry: keyof typeof MEMORY_MAP,
  properties: TreeNode['properties'],
): TreeNode {
  const { base, bytes } = MEMORY_MAP[entry]
  return {
    name: `${name}@${base.toString(16)}`,
    properties: { reg: [...pair(base), ...pair(bytes)], ...properties },
  }
}

function virtio(slot: number): TreeNode {
  const { base, bytes } = MEMORY_MAP.virtio
  const start = base + slot * bytes
  return {
    name: `virtio_mmio@${start.toString(16)}`,
    properties: {
      compatible: 'virtio,mmio',
      reg: [...pair(start), ...pair(bytes)],
      interrupts: [VIRTIO_IRQ + slot],
      'interrupt-parent': [PLIC_PHANDLE],
    },
  }
}
