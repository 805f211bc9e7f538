// The device tree of the board: what QEMU `virt` tells a kernel, plus the banks of RAM. What is on the bus
// brings its own nodes. Invariant: harts and banks in it are those of the machine.

import type { Bank } from '../../machine.ts'
import { pair, type TreeNode } from '../device/devicetree.ts'
import { FINISHER_SWITCHES } from '../device/finisher.ts'
import { cpuHandle, intcHandle } from '../device/node.ts'
import { CACHE_BLOCK_BYTES, EXTENSIONS, ISA } from '../isa/extensions.ts'
import { MEMORY_MAP, TICKS_PER_SECOND } from '../memory/memory-map.ts'

export interface TreeFacts {
  readonly banks: readonly Bank[]
  readonly harts: number
  readonly bootargs: string
  /** The nodes of what is on the bus, in order of their addresses. */
  readonly devices: readonly TreeNode[]
  /** Where the initrd lies, if there is one. */
  readonly initrd: { readonly start: number; readonly end: number } | undefined
}

/** Where the console is, for firmware and kernel. */
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
      ...FINISHER_SWITCHES,
      soc(facts.devices),
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

const soc = (devices: readonly TreeNode[]): TreeNode => ({
  name: 'soc',
  properties: {
    '#address-cells': [2],
    '#size-cells': [2],
    compatible: 'simple-bus',
    ranges: true,
  },
  children: devices,
})
