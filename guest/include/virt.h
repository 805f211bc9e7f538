// The board: QEMU `virt`'s memory map, as machine/rv64/board/board.ts builds it (a test compares the two).
#pragma once

#define VIRT_FINISHER       0x00100000UL
#define VIRT_CLINT          0x02000000UL
#define VIRT_CLINT_MTIMECMP 0x02004000UL
#define VIRT_CLINT_MTIME    0x0200bff8UL
#define VIRT_PLIC           0x0c000000UL
#define VIRT_PLIC_BYTES     0x00600000UL
#define VIRT_UART           0x10000000UL
#define VIRT_UART_IRQ       10
#define VIRT_VIRTIO         0x10001000UL // slot n at + n * 0x1000
#define VIRT_VIRTIO_STEP    0x1000UL
#define VIRT_VIRTIO_SLOTS   8
#define VIRT_VIRTIO_IRQ     1            // slot n: IRQ 1 + n
#define VIRT_RAM            0x80000000UL

// What is written to the finisher.
#define FINISHER_PASS       0x5555U      // power off
#define FINISHER_FAIL       0x3333U      // power off, with the code in bits 16 to 31
#define FINISHER_RESET      0x7777U

#define TIMEBASE_HZ         10000000UL   // ticks of `time` a second

// Where things lie in RAM, in every config. The firmware owns the first 2 MiB; a kernel is linked at
// KERNEL_BASE; kernels take original frames from FRAMES_BASE upwards, whatever their own size, so that
// every config offers the same number of them.
#define FIRMWARE_BYTES      0x00200000UL
#define KERNEL_BASE         0x80200000UL
#define FRAMES_BASE         0x80600000UL
