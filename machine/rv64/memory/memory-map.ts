// The memory map of the board, once: QEMU `virt`'s addresses. guest/include/virt.h has the same
// numbers for C; board.test.ts compares the two.

export const MEMORY_MAP = {
  rom: { base: 0x1000, bytes: 0x1000 },
  finisher: { base: 0x10_0000, bytes: 0x1000 },
  rtc: { base: 0x10_1000, bytes: 0x1000 },
  clint: { base: 0x200_0000, bytes: 0x1_0000 },
  plic: { base: 0xc00_0000, bytes: 0x60_0000 },
  uart: { base: 0x1000_0000, bytes: 0x100 },
  /** Slot 0; slot n lies n * bytes above. */
  virtio: { base: 0x1000_1000, bytes: 0x1000 },
  /** As large as the banks say. */
  ram: { base: 0x8000_0000, bytes: 0 },
} as const

export const VIRTIO_SLOTS = 8
/** PLIC source of virtio slot 0; slot n has n more. */
export const VIRTIO_IRQ = 1
export const UART_IRQ = 10
export const RTC_IRQ = 11
/** The rate of mtime and `time`. */
export const TICKS_PER_SECOND = 10_000_000

/** The firmware owns RAM below the kernel, which is linked at this address. */
export const FIRMWARE_BYTES = 0x20_0000
export const KERNEL_BASE = 0x8020_0000
