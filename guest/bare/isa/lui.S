// lui and auipc: the upper immediate is sign-extended, the program counter is that of the
// instruction.

#include "test.h"

START

  CASE
  lui a0, 0
  IS a0, 0
  CASE
  lui a0, 0xfffff
  IS a0, 0xfffffffffffff000
  CASE
  lui a0, 0x7ffff
  IS a0, 0x7ffff000
  CASE
  lui a0, 0x80000
  IS a0, 0xffffffff80000000
  CASE
  lui x0, 0x12345
  IS x0, 0

  CASE
  jal a1, 1f        // a1 = the address behind it
1:
  auipc a0, 0
  bne a0, a1, fail
  CASE
  jal a1, 1f
1:
  auipc a0, 0x7ffff
  sub a0, a0, a1
  IS a0, 0x7ffff000
  CASE
  jal a1, 1f
1:
  auipc a0, 0x80000
  sub a0, a0, a1
  IS a0, 0xffffffff80000000

  FINISH
