// Where everything lies, stated once, for C and assembly alike.
//
// One offset, MIRROR_OFFSET = 2^37, in every table: what lies at va has its backup at va +
// MIRROR_OFFSET.
//
//   user table      [0, USER_TOP)                 originals
//                   [MIRROR_OFFSET, + USER_TOP)   their backup leaves (kernel-only)
//                   TRAPFRAME, TRAMPOLINE         the top of the 2 MiB below 2^38; the trapframe's
//                                                 frame is backed in the kernel's backup map alone
//   kernel table    RAM and devices at their physical addresses, KSTACK area      originals
//                   RAM + MIRROR_OFFSET                the backup map: backups of covered frames
//                   TRAMPOLINE
//
// The layout is the same whether mirroring is linked in or not.
#pragma once

#define MIRROR_OFFSET 0x2000000000 // 2^37
#define RESERVED_TOP  0x200000     // the 2 MiB that trampoline and trapframe live in
#define USER_TOP      (MIRROR_OFFSET - RESERVED_TOP)
#define VA_TOP        0x4000000000 // 2^38: the end of the lower half of Sv39
#define TRAMPOLINE    (VA_TOP - 0x1000)
#define TRAPFRAME     (TRAMPOLINE - 0x1000)

#define KSTACK_PAGES  2
#define KSTACK_BYTES  (KSTACK_PAGES * 0x1000)
#define KSTACK_BASE   0x1000000000 // 2^36
#define KSTACK(i)     (KSTACK_BASE + (i) * (KSTACK_BYTES + 0x1000UL) + 0x1000UL) // guard page first

// Where trampoline.S finds things in a trapframe (process.h checks them).
#define TF_KERNEL_SATP 0
#define TF_KERNEL_SP   8
#define TF_HANDLER     16
#define TF_EPC         24
#define TF_REGISTER(n) (32 + 8 * ((n) - 1)) // x1..x31

#ifndef __ASSEMBLER__

#include "abi.h"
#include "riscv.h"
#include "virt.h"

_Static_assert(USER_TOP + MIRROR_OFFSET == VA_TOP - RESERVED_TOP,
               "backups end where the reserved top begins");
_Static_assert(TRAPFRAME >= VA_TOP - RESERVED_TOP, "the trapframe lies in the reserved top");
_Static_assert(VIRT_RAM + (4UL << 30) < KSTACK_BASE, "the direct map ends below the kernel stacks");
_Static_assert(KSTACK(NPROC) < MIRROR_OFFSET, "kernel originals end below the offset");

#endif
