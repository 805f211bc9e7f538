// What each privilege may not do, and the switches of mstatus, mcounteren and scounteren.

#include "test.h"

START

  csrw medeleg, x0
  csrw mideleg, x0

  TRAPS_IN 0, 2, csrr a0, sstatus
  TRAPS_IN 0, 2, csrr a0, satp
  TRAPS_IN 0, 2, csrr a0, mstatus
  TRAPS_IN 0, 2, csrw sscratch, a0
  TRAPS_IN 0, 2, sret
  TRAPS_IN 0, 2, mret
  TRAPS_IN 0, 2, sfence.vma
  TRAPS_IN MPP_S, 2, csrr a0, mstatus
  TRAPS_IN MPP_S, 2, csrw medeleg, x0
  TRAPS_IN MPP_S, 2, csrr a0, mhartid
  TRAPS_IN MPP_S, 2, mret
  RUNS_IN MPP_S, 9, csrr a0, sstatus
  RUNS_IN MPP_S, 9, csrr a0, satp
  RUNS_IN MPP_S, 9, sfence.vma
  RUNS_IN MPP_S, 9, csrw sscratch, a0

  // TVM: satp and sfence.vma
  SET mstatus, TVM
  TRAPS_IN MPP_S, 2, csrr a0, satp
  TRAPS_IN MPP_S, 2, csrw satp, x0
  TRAPS_IN MPP_S, 2, sfence.vma
  CSR_IS mtval, 0x12000073
  RUNS_IN MPP_S, 9, csrr a0, sstatus
  CASE
  csrr a0, satp           // M is not concerned
  CLEAR mstatus, TVM

  // TSR: sret. TW: wfi.
  SET mstatus, TSR
  TRAPS_IN MPP_S, 2, sret
  CLEAR mstatus, TSR
  SET mstatus, TW
  TRAPS_IN MPP_S, 2, wfi
  CSR_IS mtval, 0x10500073
  TRAPS_IN 0, 2, wfi
  CLEAR mstatus, TW

  // The counters: M lets S, S lets U.
  csrw mcounteren, x0
  csrw scounteren, x0
  TRAPS_IN MPP_S, 2, csrr a0, cycle
  TRAPS_IN MPP_S, 2, csrr a0, time
  TRAPS_IN MPP_S, 2, csrr a0, instret
  TRAPS_IN 0, 2, csrr a0, cycle
  li t0, 7
  csrw mcounteren, t0
  RUNS_IN MPP_S, 9, csrr a0, cycle
  RUNS_IN MPP_S, 9, csrr a0, time
  RUNS_IN MPP_S, 9, csrr a0, instret
  TRAPS_IN 0, 2, csrr a0, cycle
  TRAPS_IN 0, 2, csrr a0, time
  li t0, 2
  csrw scounteren, t0
  RUNS_IN 0, 8, csrr a0, time
  TRAPS_IN 0, 2, csrr a0, cycle
  TRAPS_IN 0, 2, csrr a0, instret
  li t0, 7
  csrw scounteren, t0
  RUNS_IN 0, 8, csrr a0, instret
  csrw mcounteren, x0
  TRAPS_IN 0, 2, csrr a0, time

  CASE                    // sret from S to U, and to S
  csrw sstatus, x0
  DROP MPP_S, 1f
  j 3f
1:
  la t0, 2f
  csrw sepc, t0
  sret
2:
  ecall
3:
  WAS 8, 2b
  CASE
  DROP MPP_S, 1f
  j 3f
1:
  li t0, 0x100
  csrs sstatus, t0
  la t0, 2f
  csrw sepc, t0
  sret
2:
  ecall
3:
  WAS 9, 2b

  FINISH
