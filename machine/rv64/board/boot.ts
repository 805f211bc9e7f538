// Booting: puts firmware, kernel, initrd and device tree into RAM and makes the reset ROM. Invariant:
// what is loaded lies in RAM and no two pieces overlap, or nothing starts.

import { ElfError } from '../../elf/file.ts'
import { type BootImage, readFirmware, readKernel, type Segment } from '../../elf/image.ts'
import type { MachineSpec } from '../../machine.ts'
import { PAGE_BYTES, type PhysicalAddress, physical } from '../../units.ts'
import { flatten, type TreeNode } from '../device/devicetree.ts'
import type { DmaMemory } from '../memory/dma.ts'
import { FIRMWARE_BYTES, KERNEL_BASE, MEMORY_MAP } from '../memory/memory-map.ts'
import { boardTree } from './board-tree.ts'
import { resetVector } from './reset-vector.ts'

export interface Boot {
  readonly firmware: BootImage | undefined
  readonly kernel: BootImage
  readonly deviceTree: PhysicalAddress
  /** The bytes of the reset ROM. */
  readonly rom: Uint8Array
}

const RAM_BASE = MEMORY_MAP.ram.base
/** Room for the device tree; it never crosses a boundary of this size. */
const TREE_BYTES = 0x1_0000
/** Above what OpenSBI takes for itself (512 KiB), below any kernel's headers. */
const LOW_TREE = RAM_BASE + 0x18_0000
/** An initrd lies here, above any kernel and, in Memvisor's banks, inside the first. */
const INITRD_BASE = 0x8400_0000
const INITRD_SMALLEST_BANK = 96 * 1024 * 1024

/**
 * Loads what `spec` says through `dma`, which holds zeros only; `devices` are the nodes of what is on the
 * bus. Throws ElfError for what cannot be loaded.
 */
export function boot(spec: MachineSpec, dma: DmaMemory, devices: readonly TreeNode[]): Boot {
  const bank = spec.banks[0]?.bytes ?? 0
  const { bootargs = '' } = spec
  if (bootargs.includes('\0')) {
    throw new RangeError('boot arguments: expected text that a C string can hold, got a NUL in it')
  }
  const firmware = spec.firmware && readFirmware(spec.firmware, physical(RAM_BASE))
  const kernelAt = physical(firmware === undefined ? RAM_BASE : KERNEL_BASE)
  const kernel = readKernel(spec.kernel, kernelAt)
  const initrd = spec.initrd && { at: initrdBase(bank), bytes: spec.initrd }
  const tree = flatten(
    boardTree({
      banks: spec.banks,
      harts: spec.harts,
      bootargs,
      devices,
      initrd: initrd && { start: initrd.at, end: initrd.at + initrd.bytes.length },
    }),
    // Linux would take what lies below itself. OpenSBI says so too; ours leaves the tree alone.
    firmware === undefined ? [] : [{ at: RAM_BASE, bytes: FIRMWARE_BYTES }],
  )
  const loaded: Piece[] = [
    ...(firmware?.segments ?? []).flatMap(inRam).map((part) => ({ what: 'firmware', ...part })),
    ...kernel.segments.flatMap(inRam).map((part) => ({ what: 'kernel', ...part })),
    ...(initrd ? [{ what: 'initrd', ...initrd, memoryBytes: initrd.bytes.length }] : []),
  ]
  if (tree.length > TREE_BYTES) {
    throw new RangeError(
      `device tree: expected at most ${TREE_BYTES} bytes, got ${tree.length}. Try: shorter boot arguments`,
    )
  }
  const treeAt = treeBase(loaded, firmware, bank)
  const pieces = [
    ...loaded,
    { what: 'device tree', at: treeAt, bytes: tree, memoryBytes: TREE_BYTES },
  ]
  check(pieces, dma, spec)
  for (const { at, bytes } of pieces) dma.write(at, bytes)
  const rom = resetVector({
    start: firmware?.entry ?? kernel.entry,
    deviceTree: treeAt,
    next: firmware === undefined ? undefined : kernel.entry,
  })
  return { firmware, kernel, deviceTree: treeAt, rom }
}

/**
 * The segment without the page below RAM on which a linker that is told to put code at RAM's start puts
 * the ELF headers: no guest reads them.
 */
function inRam({ at, bytes, memoryBytes }: Segment): readonly Segment[] {
  const below = RAM_BASE - at
  if (below <= 0 || below > PAGE_BYTES) return [{ at, bytes, memoryBytes }]
  if (memoryBytes <= below) return []
  const rest = { bytes: bytes.subarray(below), memoryBytes: memoryBytes - below }
  return [{ at: physical(RAM_BASE), ...rest }]
}

interface Piece extends Segment {
  readonly what: string
}

const initrdBase = (bank: number): PhysicalAddress => {
  const middle = RAM_BASE + Math.floor(bank / 2 / FIRMWARE_BYTES) * FIRMWARE_BYTES
  return physical(bank > INITRD_SMALLEST_BANK ? INITRD_BASE : middle)
}

/**
 * Where the tree goes: inside the firmware's 2 MiB, where no kernel allocates; without firmware, or where
 * another piece lies there, at the end of the first bank. Not at the end of the 2 MiB: a linker that is
 * told to put code at 0x80200000 puts the ELF headers on the page before.
 */
function treeBase(
  loaded: readonly Piece[],
  firmware: BootImage | undefined,
  bank: number,
): PhysicalAddress {
  const isFree = loaded.every(
    ({ at, memoryBytes }) => at >= LOW_TREE + TREE_BYTES || at + memoryBytes <= LOW_TREE,
  )
  if (firmware !== undefined && isFree) return physical(LOW_TREE)
  return physical(RAM_BASE + Math.floor(bank / TREE_BYTES) * TREE_BYTES - TREE_BYTES)
}

function check(pieces: readonly Piece[], dma: DmaMemory, { banks }: MachineSpec): void {
  for (const piece of pieces) {
    if (dma.holds(piece.at, piece.memoryBytes)) continue
    const bytes = banks.reduce((sum, bank) => sum + bank.bytes, 0)
    const room = `${bytes} bytes of RAM from 0x${RAM_BASE.toString(16)}`
    throw new ElfError(
      `${piece.what}: expected it to lie in ${room}, got ${piece.memoryBytes} at ${range(piece)}. Try: more RAM, or another link address`,
    )
  }
  const sorted = [...pieces].sort((a, b) => a.at - b.at)
  sorted.forEach((piece, i) => {
    const next = sorted[i + 1]
    if (next === undefined || piece.at + piece.memoryBytes <= next.at) return
    const got = `got ${range(piece)} over ${range(next)}`
    throw new ElfError(
      piece.what === next.what
        ? `${piece.what}: expected its segments apart in RAM, ${got}. Try: the ELF file that the linker wrote`
        : `expected ${piece.what} and ${next.what} apart in RAM, ${got}. Try: another link address (firmware from 0x80000000, kernel from 0x80200000)`,
    )
  })
}

const range = ({ at, memoryBytes }: Piece): string =>
  `[0x${at.toString(16)}, 0x${(at + memoryBytes).toString(16)})`
