// Software interrupts between harts, by the CLINT: to one that waits, to one that computes, round and
// round; and each hart has a line of its own.

#include "smp.h"

#define ROUNDS 50

// msip of the hart in a register.
.macro MSIP_OF reg, value
  li t5, CLINT
  slli t6, \reg, 2
  add t5, t5, t6
  li t6, \value
  sw t6, 0(t5)
.endm

// Waits in wfi for a software interrupt, and clears it.
.macro CALLED
7:
  wfi
  csrr t5, mip
  andi t5, t5, MSI
  beqz t5, 7b
  MSIP_OF s8, 0
.endm

START_HARTS

  csrwi mie, MSI
  CASE                    // round the harts, each waiting
  addi s7, s8, 1          // the next hart
  li t0, HARTS
  remu s7, s7, t0
  li a7, ROUNDS
  bnez s8, 1f
  MEET 1
  j 2f
1:
  MEET 1
3:
  CALLED
2:
  la a1, calls
  ld a2, 0(a1)
  addi a2, a2, 1
  sd a2, 0(a1)
  fence
  MSIP_OF s7, 1
  addi a7, a7, -1
  bnez a7, 3b
  bnez s8, 4f
  CALLED                  // hart 0 began, and is called once more
4:
  MEET 2
  la a1, calls
  ld a0, 0(a1)
  IS a0, HARTS * ROUNDS
  csrr a0, mip
  andi a0, a0, MSI
  IS a0, 0
  MEET 3

  CASE                    // a line reaches its hart alone
  ONLY 0, 1f
  li a1, 2
  MSIP_OF a1, 1
1:
  MEET 4
  ONLY 2, 2f
  AWAIT MSI, MSI
  INTERRUPTED 3
  MSIP_OF s8, 0
  j 3f
2:
  CSR_IS mip, 0, MSI
3:
  MEET 5

  CASE                    // one that computes is interrupted
  ONLY 1, 2f
  la s10, 1f
  csrsi mstatus, MIE
  COUNT ready, 1
  li a0, 0
4:
  addi a0, a0, 1
  j 4b
1:
  CSR_IS mcause, INTERRUPT | 3
  MSIP_OF s8, 0
  COUNT ready, 1
2:
  ONLY 3, 5f
  REACHED ready, 1
  li a1, 1
  MSIP_OF a1, 1
5:
  REACHED ready, 2

FINISH_HARTS 6

.bss
.balign 64
calls:
  .space 64
ready:
  .space 64
