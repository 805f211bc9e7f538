// What another hart stores to a reserved word ends the reservation.

#include "smp.h"

// Hart 0 reserves; hart 1 then executes the store; hart 0's sc must fail, and store nothing.
.macro BROKEN_BY n, value, store:vararg
  CASE
  ONLY 0, 1f
  la a1, cell
  sd zero, 0(a1)
  lr.d a0, (a1)
  COUNT turn, 1
  REACHED turn, 2 * \n
  li a3, 99
  sc.d a4, a3, (a1)
  beqz a4, fail
  ld a0, 0(a1)
  IS a0, \value
1:
  ONLY 1, 2f
  REACHED turn, 2 * \n - 1
  la a1, cell
  li a2, \value
  \store
  COUNT turn, 1
2:
  MEET \n
.endm

START_HARTS

  BROKEN_BY 1, 7, sd a2, 0(a1)
  BROKEN_BY 2, 8, amoswap.d a3, a2, (a1)
  BROKEN_BY 3, 9, amoadd.d a3, a2, (a1)
  BROKEN_BY 4, 5, sb a2, 0(a1)

  CASE                    // by another hart's pair
  ONLY 0, 1f
  la a1, cell
  lr.d a0, (a1)
  COUNT turn, 1
  REACHED turn, 10
  li a3, 99
  sc.d a4, a3, (a1)
  beqz a4, fail
  ld a0, 0(a1)
  IS a0, 6
1:
  ONLY 1, 3f
  REACHED turn, 9
  la a1, cell
  li a3, 6
2:
  lr.d a0, (a1)
  sc.d a4, a3, (a1)
  bnez a4, 2b
  COUNT turn, 1
3:

FINISH_HARTS 5

.bss
.balign 64
cell:
  .space 64
turn:
  .space 64
