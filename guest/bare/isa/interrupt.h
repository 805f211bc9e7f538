// The CLINT, and macros that wait for interrupts and take them.
#pragma once

#include "test.h"

#define CLINT 0x2000000
#define MTIMECMP 0x2004000
#define MTIME 0x200bff8
#define INTERRUPT 0x8000000000000000

// Sstc, by number: the assembler does not know all the names.
#define menvcfg 0x30a
#define henvcfg 0x60a
#define stimecmp 0x14d
#define vstimecmp 0x24d
#define STCE 0x8000000000000000

#define SSI 0x2
#define MSI 0x8
#define STI 0x20
#define MTI 0x80
#define SEI 0x200

.macro MSIP value
  li t5, CLINT
  li t6, \value
  sw t6, 0(t5)
.endm

.macro TIMER value
  li t5, MTIMECMP
  li t6, \value
  sd t6, 0(t5)
.endm

// Waits until mip has these bits, for at most a few million reads.
.macro AWAIT bits, value
  li t4, 5000000
8:
  addi t4, t4, -1
  beqz t4, fail
  csrr t5, mip
  li t6, \bits
  and t5, t5, t6
  li t6, \value
  bne t5, t6, 8b
.endm

// Enables interrupts in M-mode for a moment; one with this cause must come, before or at the nops.
.macro INTERRUPTED cause
  CASE
  la s10, 7f
  csrsi mstatus, MIE
6:
  nop
  nop
  j fail
7:
  CSR_IS mcause, INTERRUPT | \cause
  csrr t5, mepc
  la t6, 6b
  bne t5, t6, fail
  CSR_IS mstatus, MPIE|MPP_M, MIE|MPIE|MPP_M
.endm
