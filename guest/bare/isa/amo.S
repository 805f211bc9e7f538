// A: every atomic operation, both widths: the old value comes back, the new one is in memory.

#include "test.h"

// op.w and op.d on a doubleword; the word form sees, and changes, its low half only.
.macro AMO op, old, operand, new_d, new_w
  CASE
  la a1, cell
  li a2, \old
  sd a2, 0(a1)
  li a3, \operand
  \op\().d a0, a3, (a1)
  bne a0, a2, fail
  ld a0, 0(a1)
  IS a0, \new_d
  IS a3, \operand

  CASE
  sd a2, 0(a1)
  sd a2, 8(a1)
  \op\().w a0, a3, (a1)
  sext.w a4, a2
  bne a0, a4, fail
  lwu a0, 0(a1)
  IS a0, \new_w
  lw a0, 4(a1)
  srai a4, a2, 32
  bne a0, a4, fail
  ld a0, 8(a1)
  bne a0, a2, fail

  CASE                    // the destination is the operand; with aq and rl
  sd a2, 0(a1)
  mv a4, a3
  \op\().d.aqrl a4, a4, (a1)
  bne a4, a2, fail
  ld a0, 0(a1)
  IS a0, \new_d

  CASE                    // the destination is the address; the other is x0
  sd a2, 0(a1)
  la a4, cell
  \op\().d a4, a3, (a4)
  bne a4, a2, fail
  sd a2, 0(a1)
  \op\().d x0, a3, (a1)
  ld a0, 0(a1)
  IS a0, \new_d
.endm

START

  AMO amoswap, 0x8000000180000002, 0x7fffffff0000abcd, 0x7fffffff0000abcd, 0x0000abcd
  AMO amoadd, 0xffffffff80000000, 0xffffffffffffffff, 0xffffffff7fffffff, 0x7fffffff
  AMO amoadd, 0x00000001ffffffff, 1, 0x0000000200000000, 0
  AMO amoxor, 0xff00ff00ff00ff00, 0x0ff00ff00ff00ff0, 0xf0f0f0f0f0f0f0f0, 0xf0f0f0f0
  AMO amoand, 0xff00ff00ff00ff00, 0x0ff00ff00ff00ff0, 0x0f000f000f000f00, 0x0f000f00
  AMO amoor, 0xff00ff00ff00ff00, 0x0ff00ff00ff00ff0, 0xfff0fff0fff0fff0, 0xfff0fff0
  AMO amomin, 0x0000000080000000, 1, 1, 0x80000000
  AMO amomin, 0x800000007fffffff, 0, 0x800000007fffffff, 0
  AMO amomax, 0x0000000080000000, 1, 0x0000000080000000, 1
  AMO amomax, 0x800000007fffffff, 0, 0, 0x7fffffff
  AMO amominu, 0x0000000080000000, 1, 1, 1
  AMO amominu, 0x800000007fffffff, 0x00000000ffffffff, 0x00000000ffffffff, 0x7fffffff
  AMO amomaxu, 0x0000000080000000, 1, 0x0000000080000000, 0x80000000
  AMO amomaxu, 0x800000007fffffff, 0x00000000ffffffff, 0x800000007fffffff, 0xffffffff

  FINISH

.data
.balign 16
cell:
  .space 16
