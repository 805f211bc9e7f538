// A: a misaligned atomic operation is a misaligned store (cause 6), and changes nothing.

#include "test.h"

START

  la a1, cell
  li a2, 0x1122334455667788
  sd a2, 0(a1)
  li a3, -1
  addi a4, a1, 1
  TRAPS_AT 6, cell+1, amoadd.w a0, a3, (a4)
  TRAPS_AT 6, cell+1, amoswap.d a0, a3, (a4)
  addi a4, a1, 4
  TRAPS_AT 6, cell+4, amomaxu.d a0, a3, (a4)
  CASE
  ld a0, 0(a1)
  bne a0, a2, fail
  ld a0, 8(a1)
  bnez a0, fail

  FINISH

.data
.balign 16
cell:
  .space 16
