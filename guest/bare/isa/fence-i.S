// Code that was written is executed after fence.i, in the same place as often as it changes.

#include "test.h"

START

  // "li a0, n; ret" for n in 0 to 63, in one place, each executed twice.
  CASE
  la a1, place
  li a2, 0
1:
  slli a3, a2, 20
  ori a3, a3, 0x513     // addi a0, x0, a2
  sw a3, 0(a1)
  li a4, 0x8067         // jalr x0, 0(ra)
  sw a4, 4(a1)
  fence.i
  li a0, -1
  jalr a1
  bne a0, a2, fail
  li a0, -1
  jalr a1
  bne a0, a2, fail
  addi a2, a2, 1
  li a5, 64
  bne a2, a5, 1b

  // A half of an instruction that crosses into the next page changes.
  CASE
  la a1, page + 4094
  li a3, 0x00100513     // addi a0, x0, 1
  sh a3, 0(a1)
  srli a3, a3, 16
  sh a3, 2(a1)
  li a4, 0x8067
  sh a4, 4(a1)
  srli a4, a4, 16
  sh a4, 6(a1)
  fence.i
  jalr a1
  IS a0, 1
  li a3, 0x0020         // addi a0, x0, 2: the upper half only
  sh a3, 2(a1)
  fence.i
  jalr a1
  IS a0, 2

  // A loop rewrites an instruction ahead of itself within one page.
  CASE
  li a2, 0
  li a0, 0
  la a1, changed
  li a5, 0x00150513     // addi a0, a0, 1
1:
  sw a5, 0(a1)
  fence.i
  j changed
back:
  li a5, 0x00a50513     // addi a0, a0, 10
  addi a2, a2, 1
  li a3, 4
  bne a2, a3, 1b
  IS a0, 31
  j 2f
.balign 4
changed:
  .word 0
  j back
2:
  CASE                  // fences of every kind are only fences
  fence
  fence r, w
  fence.tso
  fence rw, rw

  FINISH

.bss
.balign 4096
page:
  .space 4096 + 8
.balign 4
place:
  .space 8
