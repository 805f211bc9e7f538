// Conditional branches: taken and not, forward and backward, signed and unsigned.

#include "test.h"

// The branch must be taken if `taken`, to a place ahead and to a place behind.
.macro BRANCH op, taken, a, b
  CASE
  li a1, \a
  li a2, \b
  li a0, 0
  j 2f
1:
  addi a0, a0, 1    // reached by the branch back
  j 4f
2:
  \op a1, a2, 3f
  addi a0, a0, 16   // not taken
  j 4f
3:
  \op a1, a2, 1b
4:
  .if \taken
    IS a0, 1
  .else
    IS a0, 16
  .endif
.endm

START

  BRANCH beq, 1, 0, 0
  BRANCH beq, 1, -1, -1
  BRANCH beq, 0, 0, 0x100000000
  BRANCH beq, 0, 1, 0
  BRANCH bne, 0, 0, 0
  BRANCH bne, 1, 0, 0x100000000
  BRANCH bne, 1, -1, 1
  BRANCH blt, 1, -1, 0
  BRANCH blt, 0, 0, -1
  BRANCH blt, 0, 3, 3
  BRANCH blt, 1, 0x8000000000000000, 0x7fffffffffffffff
  BRANCH blt, 0, 0x80000000, 0x7fffffff
  BRANCH bge, 0, -1, 0
  BRANCH bge, 1, 0, -1
  BRANCH bge, 1, 3, 3
  BRANCH bge, 0, 0x8000000000000000, 0x7fffffffffffffff
  BRANCH bltu, 0, -1, 0
  BRANCH bltu, 1, 0, -1
  BRANCH bltu, 0, 3, 3
  BRANCH bltu, 0, 0x8000000000000000, 0x7fffffffffffffff
  BRANCH bltu, 1, 0x7fffffff, 0x80000000
  BRANCH bgeu, 1, -1, 0
  BRANCH bgeu, 0, 0, -1
  BRANCH bgeu, 1, 3, 3
  BRANCH bgeu, 1, 0x8000000000000000, 0x7fffffffffffffff

  // A branch writes no register, and a loop ends when it should.
  CASE
  li a1, 1000
  li a0, 0
1:
  addi a0, a0, 3
  addi a1, a1, -1
  bnez a1, 1b
  IS a0, 3000

  // The farthest a branch reaches: 4094 bytes ahead, 4096 behind.
  CASE
  j 2f
1:
  j 4f
2:
  j 3f
  .space 4096 - (. - 1b)
3:
  .word 0x80000063     // beq x0, x0, -4096
  j fail
4:
  CASE
  .word 0x7e000fe3     // beq x0, x0, +4094
  .space 4090
  j 5f
5:

  FINISH
