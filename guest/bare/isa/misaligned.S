// Misaligned loads and stores work, within a cache line, across lines and across pages; atomics do
// not.

#include "test.h"

.macro LOAD op, want, offset
  CASE
  la a1, bytes
  \op a0, \offset(a1)
  IS a0, \want
.endm

// Stores at page + 4096 + offset and reads each byte back.
.macro STORE op, bytes, offset
  CASE
  la a1, page + 4096
  li a2, 0x8877665544332211
  sd x0, (\offset & ~7)(a1)
  sd x0, ((\offset & ~7) + 8)(a1)
  sd x0, ((\offset & ~7) - 8)(a1)
  \op a2, \offset(a1)
  li a3, \bytes
  addi a4, a1, \offset
1:
  lbu a5, 0(a4)
  andi a6, a2, 0xff
  bne a5, a6, fail
  srli a2, a2, 8
  addi a4, a4, 1
  addi a3, a3, -1
  bnez a3, 1b
  lbu a5, 0(a4)           // the byte behind is untouched
  bnez a5, fail
  lbu a5, (\offset - 1)(a1)
  bnez a5, fail
.endm

START

  LOAD lh, 0x3322, 1
  LOAD lh, 0xffffffffffff8877, 6
  LOAD lh, 0xffffffffffff9988, 7
  LOAD lhu, 0x9988, 7
  LOAD lw, 0x55443322, 1
  LOAD lw, 0xffffffffaa998877, 6
  LOAD lwu, 0xbbaa9988, 7
  LOAD ld, 0x9988776655443322, 1
  LOAD ld, 0xbbaa998877665544, 3
  LOAD ld, 0xffeeddccbbaa9988, 7

  STORE sh, 2, 1
  STORE sh, 2, 7
  STORE sh, 2, -1
  STORE sh, 2, 63
  STORE sw, 4, 1
  STORE sw, 4, 6
  STORE sw, 4, -1
  STORE sw, 4, -3
  STORE sw, 4, 62
  STORE sd, 8, 1
  STORE sd, 8, 5
  STORE sd, 8, -1
  STORE sd, 8, -4
  STORE sd, 8, -7
  STORE sd, 8, 57

  // Across a page, read back whole.
  CASE
  la a1, page + 4096
  li a2, 0x0102030405060708
  sd a2, -3(a1)
  ld a0, -3(a1)
  IS a0, 0x0102030405060708
  lw a0, -3(a1)
  IS a0, 0x05060708
  lwu a0, 1(a1)
  IS a0, 0x01020304

  FINISH

.data
.balign 64
bytes:
  .byte 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88
  .byte 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0x00

.bss
.balign 4096
page:
  .space 8192
