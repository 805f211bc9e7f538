// The memory map of the board, once: QEMU `virt`'s addresses and sources of the PLIC. guest/include/virt.h
// has the same numbers for C; board.test.ts compares the two.

export const MEMORY_MAP = {
  rom: { base: 0x1000, bytes: 0x1000 },
  finisher: { base: 0x10_0000, bytes: 0x1000 },
  rtc: { base: 0x10_1000, bytes: 0x1000, irq: 11 },
  clint: { base: 0x200_0000, bytes: 0x1_0000 },
  plic: { base: 0xc00_0000, bytes: 0x60_0000 },
  uart: { base: 0x1000_0000, bytes: 0x100, irq: 10 },
  /** Slot 0; slot n lies n * bytes above, and has the n-th source after its. */
  virtio: { base: 0x1000_1000, bytes: 0x1000, irq: 1 },
  /** RAM, as large as the banks say. */
  ram: { base: 0x8000_0000, bytes: 0 },
} as const

export const VIRTIO_SLOTS = 8
/** The rate of mtime and `time`. */
export const TICKS_PER_SECOND = 10_000_000

/** The firmware owns RAM below the kernel, which is linked at this address. */
export const FIRMWARE_BYTES = 0x20_0000
export const KERNEL_BASE = 0x8020_0000
