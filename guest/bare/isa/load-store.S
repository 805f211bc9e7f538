// Loads and stores of every width: sign, zero extension, offsets, neighbours untouched.

#include "test.h"

.macro LOAD op, want, offset
  CASE
  la a1, bytes
  \op a0, \offset(a1)
  IS a0, \want
  addi a2, a1, 2000
  \op a0, (\offset - 2000)(a2)
  IS a0, \want
  \op a1, \offset(a1)   // the destination is the base
  IS a1, \want
.endm

// Stores `value` at `offset` of a doubleword that held 0x1122334455667788.
.macro STORE op, want, offset, value
  CASE
  la a1, scratch
  li a0, 0x1122334455667788
  sd a0, 0(a1)
  sd a0, 8(a1)
  li a2, \value
  \op a2, \offset(a1)
  ld a0, 0(a1)
  IS a0, \want
  ld a0, 8(a1)
  IS a0, 0x1122334455667788
  IS a2, \value
.endm

START

  LOAD lb, 0x11, 0
  LOAD lb, 0xffffffffffffff92, 1
  LOAD lb, 0x7f, 7
  LOAD lb, 0xffffffffffffff80, 8
  LOAD lbu, 0x11, 0
  LOAD lbu, 0x92, 1
  LOAD lbu, 0x80, 8
  LOAD lh, 0xffffffffffff9211, 0
  LOAD lh, 0x5433, 2
  LOAD lh, 0x7f68, 6
  LOAD lhu, 0x9211, 0
  LOAD lhu, 0x0180, 8
  LOAD lw, 0x54339211, 0
  LOAD lw, 0xffffffff84030180, 8
  LOAD lw, 0x7f68d665, 4
  LOAD lwu, 0x54339211, 0
  LOAD lwu, 0x84030180, 8
  LOAD ld, 0x7f68d66554339211, 0
  LOAD ld, 0x8786850484030180, 8

  STORE sb, 0x11223344556677ff, 0, -1
  STORE sb, 0x1122334455660188, 1, 0xabcdef01
  STORE sb, 0x8022334455667788, 7, 0x80
  STORE sh, 0x112233445566ffff, 0, -1
  STORE sh, 0x1122334455660102, 0, 0x7f0102
  STORE sh, 0x8000334455667788, 6, 0x8000
  STORE sw, 0x11223344ffffffff, 0, -1
  STORE sw, 0x0102030455667788, 4, 0xff01020304
  STORE sd, -1, 0, -1
  STORE sd, 0x8182838485868788, 0, 0x8182838485868788

  CASE                  // a negative offset
  la a1, scratch + 2000
  li a2, 0x55
  sb a2, -2000(a1)
  lbu a0, -2000(a1)
  IS a0, 0x55

  CASE                  // a store and a load across a page boundary, aligned
  la a1, page + 4096
  li a2, 0x1112131415161718
  sd a2, -8(a1)
  sd a2, 0(a1)
  ld a0, -8(a1)
  IS a0, 0x1112131415161718

  CASE                  // a load to x0 is a load
  la a1, bytes
  ld x0, 0(a1)
  IS x0, 0

  FINISH

.data
.balign 16
bytes:
  .byte 0x11, 0x92, 0x33, 0x54, 0x65, 0xd6, 0x68, 0x7f
  .byte 0x80, 0x01, 0x03, 0x84, 0x04, 0x85, 0x86, 0x87
scratch:
  .space 16

.bss
.balign 4096
page:
  .space 8192
