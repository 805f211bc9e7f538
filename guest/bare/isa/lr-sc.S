// A: load-reserved and store-conditional: success, and every way to lose the reservation that is
// certain.

#include "test.h"

START

  CASE                    // the pair succeeds
  la a1, cell
  li a2, 0xffffffff80000001
  sd a2, 0(a1)
  lr.w a0, (a1)
  IS a0, 0xffffffff80000001
  li a3, 0x1234
  sc.w a4, a3, (a1)
  IS a4, 0
  lwu a0, 0(a1)
  IS a0, 0x1234
  lw a0, 4(a1)
  IS a0, -1

  CASE
  lr.d a0, (a1)
  li a3, 0x8182838485868788
  sc.d a4, a3, (a1)
  IS a4, 0
  ld a0, 0(a1)
  IS a0, 0x8182838485868788

  CASE                    // without a reservation sc fails and stores nothing
  li a3, 5
  sc.d a4, a3, (a1)
  beqz a4, fail
  ld a0, 0(a1)
  IS a0, 0x8182838485868788

  CASE                    // a reservation serves once
  lr.d a0, (a1)
  sc.d a4, a0, (a1)
  IS a4, 0
  sc.d a4, a3, (a1)
  beqz a4, fail

  CASE                    // a failed sc ends the reservation too
  lr.d a0, (a1)
  la a5, cell + 1024
  sc.d a4, a3, (a5)
  beqz a4, fail
  sc.d a4, a3, (a1)
  beqz a4, fail
  ld a0, 0(a1)
  IS a0, 0x8182838485868788

  CASE                    // the newest reservation counts
  lr.d a0, (a1)
  lr.d a0, (a5)
  sc.d a4, a3, (a1)
  beqz a4, fail

  CASE                    // sc whose result goes where its operand or address was
  lr.w a0, (a1)
  mv a4, a1
  sc.w a4, a3, (a4)
  IS a4, 0
  lr.w a0, (a1)
  li a4, 77
  sc.w a4, a4, (a1)
  IS a4, 0
  lw a0, 0(a1)
  IS a0, 77

  CASE                    // a counting loop
  sw x0, 0(a1)
  li a5, 100
1:
  lr.w.aq a0, (a1)
  addi a0, a0, 1
  sc.w.rl a4, a0, (a1)
  bnez a4, 1b
  addi a5, a5, -1
  bnez a5, 1b
  lw a0, 0(a1)
  IS a0, 100

  addi a1, a1, 2
  TRAPS_AT 4, cell+2, lr.w a0, (a1)
  addi a1, a1, 2
  TRAPS_AT 4, cell+4, lr.d a0, (a1)

  FINISH

.data
.balign 16
cell:
  .space 2048
