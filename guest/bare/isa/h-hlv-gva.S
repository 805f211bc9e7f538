// H: the address of an hlv or hsv is the guest's, and GVA says so, in M and in HS.

#include "hypervisor.h"

START
  PREPARE_GUEST
  csrw vsstatus, x0
  csrw sstatus, x0
  csrw hstatus, x0
  SET hstatus, SPVP
  li a1, TARGET
  VMAP 0, 0, 0

  CASE                    // to HS
  li t0, 1 << 13
  csrw medeleg, t0
  la t0, 2f
  csrw stvec, t0
  DROP HS, 1f
  j fail
1:
  hlv.d a0, (a1)
  j fail
.balign 4
2:
  CSR_IS scause, 13
  CSR_IS stval, TARGET
  CSR_IS hstatus, HGVA, HGVA|SPV
  CASE                    // an access of its own clears it
  la t0, 2f
  csrw stvec, t0
  csrw satp, x0
  li a2, 0x200000
  la s10, 3f
1:
  ld a0, 0(a2)            // an access fault, to M
2:
  j fail
3:
  WAS 5, 1b
  CSR_IS mstatus, 0, GVA|MPV
  csrw medeleg, x0

  TRAPS_IN HS, 13, hlv.d a0, (a1)
  CSR_IS mstatus, GVA, GVA|MPV
  TRAPS_IN HS, 15, hsv.d a0, (a1)
  CSR_IS mstatus, GVA, GVA|MPV
  TRAPS 13, TARGET, hlv.d a0, (a1)
  CSR_IS mstatus, GVA, GVA|MPV

  FINISH

ROUTINES
GUEST_TABLES
