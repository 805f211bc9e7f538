// H: page faults of a guest arrive where medeleg and hedeleg say, with all that a hypervisor needs.

#include "hypervisor.h"

#define PAGE_FAULTS ((1 << 12) | (1 << 13) | (1 << 15))
#define GUEST_FAULTS ((1 << 20) | (1 << 21) | (1 << 23))

// From VS (or VU) the access faults to HS: scause, stval, htval, GVA, SPV, SPVP.
.macro TO_HS mode, routine, alias, cause, htval_is, spvp
  CASE
  la t0, 8f
  csrw stvec, t0
  csrw htval, x0
  la t5, \routine
  .if \alias
    li t6, U_ALIAS
    add t5, t5, t6
  .endif
  csrw mepc, t5
  LEAVE \mode
.balign 4
8:
  CSR_IS scause, \cause
  csrr t5, stval
  bne t5, a1, fail
  CSR_IS htval, \htval_is
  CSR_IS hstatus, HGVA|SPV|\spvp, HGVA|SPV|SPVP
  la s10, 9f
  ecall
9:
  CSR_IS mcause, ECALL_HS
.endm

START
  PREPARE_GUEST
  csrw vsstatus, x0
  csrw sstatus, x0
  csrw hstatus, x0
  li t0, PAGE_FAULTS|GUEST_FAULTS
  csrw medeleg, t0
  CASE
  CSR_IS medeleg, PAGE_FAULTS|GUEST_FAULTS
  csrw hedeleg, x0
  la t0, outside
  csrw vstvec, t0
  li a1, TARGET + 0x18

  // The G-stage refuses.
  VMAP 0, GTARGET, V|R|W|X|A|D
  TO_HS VS, load, 0, 21, (GTARGET + 0x18) >> 2, SPVP
  TO_HS VS, store, 0, 23, (GTARGET + 0x18) >> 2, SPVP
  TO_HS VS, fetch, 0, 20, (GTARGET + 0x18) >> 2, SPVP
  VMAP 0, GTARGET, V|R|W|X|U|A|D
  TO_HS VU, load, 1, 21, (GTARGET + 0x18) >> 2, 0
  TO_HS VU, store, 1, 23, (GTARGET + 0x18) >> 2, 0
  TO_HS VU, fetch, 1, 20, (GTARGET + 0x18) >> 2, 0

  // The guest's stage refuses: there is no guest-physical address.
  VMAP 0, 0, 0
  TO_HS VS, load, 0, 13, 0, SPVP
  TO_HS VS, store, 0, 15, 0, SPVP
  TO_HS VS, fetch, 0, 12, 0, SPVP
  TO_HS VU, load, 1, 13, 0, 0

  CASE                    // delegated to the guest, it is the guest's own
  li t0, PAGE_FAULTS
  csrw hedeleg, t0
  CSR_IS hedeleg, PAGE_FAULTS
  la t0, outside
  csrw stvec, t0
  la t0, 2f
  csrw vstvec, t0
  DROP VS, 1f
  j fail
1:
  ld a0, 0(a1)
  j fail
.balign 4
2:
  CSR_IS scause, 13
  csrr a0, stval
  bne a0, a1, fail
  la a0, 1b
  csrr a2, sepc
  bne a0, a2, fail
  la s10, 1f
  ecall
1:
  CSR_IS mcause, ECALL_VS

  // What the G-stage refuses never goes to the guest.
  CASE
  li t0, -1
  csrw hedeleg, t0
  CSR_IS hedeleg, 0, GUEST_FAULTS
  la t0, outside
  csrw vstvec, t0
  VMAP 0, GTARGET, V|R|W|X|A|D
  TO_HS VS, load, 0, 21, (GTARGET + 0x18) >> 2, SPVP

  // Faults of HS itself stay apart: GVA is 0.
  CASE
  csrr t0, vsatp
  csrw satp, t0
  sfence.vma
  csrw htval, x0
  la t0, leaves
  sd x0, 0(t0)
  sfence.vma
  la t0, 8f
  csrw stvec, t0
  la t5, load
  csrw mepc, t5
  LEAVE HS
.balign 4
8:
  CSR_IS scause, 13
  CSR_IS hstatus, 0, HGVA|SPV
  la s10, 1f
  ecall
1:
  CSR_IS mcause, ECALL_HS

  FINISH

.balign 4
outside:
  j fail

ROUTINES
GUEST_TABLES
