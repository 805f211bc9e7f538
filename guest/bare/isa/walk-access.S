// Sv39: a table that lies where nothing is gives an access fault, not a page fault.

#include "paging.h"

START
  csrw medeleg, x0
  PREPARE

  CASE
  la t0, middle
  li t1, (0x200000 >> 2) | V
  sd t1, 8(t0)
  sfence.vma
  li a1, 0x40200000
  la s10, 1f
  la t5, load
  csrw mepc, t5
  CLEAR mstatus, MPP_M
  SET mstatus, MPP_S
  mret
1:
  CSR_IS mcause, 5
  CSR_IS mtval, 0x40200000
  CASE
  la t5, store
  csrw mepc, t5
  la s10, 1f
  mret
1:
  CSR_IS mcause, 7
  CASE
  la t5, fetch
  csrw mepc, t5
  la s10, 1f
  mret
1:
  CSR_IS mcause, 1
  CSR_IS mepc, 0x40200000

  FINISH

ROUTINES
TABLES
