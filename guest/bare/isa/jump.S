// jal and jalr: targets, links, the low bit that jalr clears, and calls that return.

#include "test.h"

START

  CASE
  jal a0, 2f
1:
  j fail
2:
  la a1, 1b
  bne a0, a1, fail

  CASE                  // backward, without a link
  j 2f
1:
  j 3f
2:
  jal x0, 1b
  j fail
3:

  CASE                  // the link is written after the base is read
  la a0, 2f
  jalr a0, 0(a0)
1:
  j fail
2:
  la a1, 1b
  bne a0, a1, fail

  CASE                  // offset, and the low bit is dropped
  la a1, 2f - 100
  jalr a0, 101(a1)
1:
  j fail
2:
  la a2, 1b
  bne a0, a2, fail

  CASE
  la a1, 2f + 2000
  jalr x0, -2000(a1)
  j fail
2:

  CASE                  // a target that is only a multiple of two, since C is there
  la a1, 2f
  jalr a0, (a1)
  .balign 4
  c.nop
2:
  c.nop

  CASE                  // a call within a call
  li a0, 3
  call triple
  IS a0, 9
  j done

triple:
  mv a5, ra
  mv a1, a0
  call add_a1
  call add_a1
  jr a5
add_a1:
  add a0, a0, a1
  ret
done:

  FINISH
