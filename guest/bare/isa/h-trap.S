// H: traps out of a guest, to M, to HS and within it; the way back in.

#include "hypervisor.h"

START
  csrw medeleg, x0
  csrw mideleg, x0
  csrw hedeleg, x0
  csrw hgatp, x0
  csrw vsatp, x0

  // To M: the mode is in MPP and MPV.
  RUNS_IN VS, ECALL_VS, c.nop
  CASE
  CSR_IS mstatus, MPP_S|MPV, MPP_M|MPV|GVA
  RUNS_IN VU, ECALL_U, c.nop
  CASE
  CSR_IS mstatus, MPV, MPP_M|MPV|GVA
  RUNS_IN HS, ECALL_HS, c.nop
  CASE
  CSR_IS mstatus, MPP_S, MPP_M|MPV|GVA
  CASE                    // mret with MPP = M stays in M, whatever MPV says
  DROP MPP_M|MPV, 1f
  j fail
1:
  csrr a0, mscratch
  SET mstatus, MPP_M
  TRAPS_IN VS, 2, .word 0xffffffff
  CSR_IS mtval, 0xffffffff
  TRAPS_IN VS, 3, ebreak
  li a1, 0x200000
  CASE                    // an address of the guest in mtval: GVA
  DROP VS, 1f
  j 2f
1:
  ld a0, 0(a1)
2:
  WAS 5, 1b
  CSR_IS mtval, 0x200000
  CSR_IS mstatus, MPP_S|MPV|GVA, MPP_M|MPV|GVA

  // To HS: the mode is in SPP and SPV, and SPVP.
  CASE
  li t0, 0x504            // ecall from U and VS, illegal instruction
  csrw medeleg, t0
  la t0, 2f
  csrw stvec, t0
  csrw sstatus, x0
  csrw hstatus, x0
  DROP VS, 1f
  j fail
1:
  ecall
  j fail
.balign 4
2:
  CSR_IS scause, ECALL_VS
  la a0, 1b
  csrr a1, sepc
  bne a0, a1, fail
  CSR_IS sstatus, 0x100, 0x122
  CSR_IS hstatus, SPV|SPVP, SPV|SPVP|HGVA

  CASE                    // sret in HS with SPV goes back in, and clears it
  la t0, 3f
  csrw stvec, t0
  la t0, 1f
  csrw sepc, t0
  sret
1:
  la t0, 2f               // in VS: sret is the guest's own
  csrw sepc, t0
  csrw sstatus, x0        // SPP = U
  sret
2:
  ecall                   // from VU, to HS
  j fail
.balign 4
3:
  CSR_IS scause, ECALL_U
  la a0, 2b
  csrr a1, sepc
  bne a0, a1, fail
  CSR_IS sstatus, 0, 0x100
  CSR_IS hstatus, SPV, SPV|SPVP

  CASE                    // from U, not from VU: SPV is 0, SPVP stays
  la t0, 3f
  csrw stvec, t0
  li t0, SPV
  csrc hstatus, t0
  li t0, SPVP
  csrs hstatus, t0
  la t0, 1f
  csrw sepc, t0
  csrw sstatus, x0
  sret
1:
  ecall
.balign 4
3:
  CSR_IS scause, ECALL_U
  CSR_IS hstatus, SPVP, SPV|SPVP

  CASE                    // sret in HS without SPV stays out
  la t0, 1f
  csrw sepc, t0
  li t0, 0x100
  csrs sstatus, t0
  sret
1:
  csrr a0, hstatus        // VS could not
  la s10, 2f
  ecall
2:
  CSR_IS mcause, ECALL_HS

  // To VS: hedeleg, and then only from VS and VU.
  CASE
  li t0, 0x100            // ecall from U
  csrw hedeleg, t0
  la t0, 2f
  csrw vstvec, t0
  la t0, outside
  csrw stvec, t0
  csrw vsstatus, x0
  li t0, 2
  csrw vsstatus, t0       // SIE
  csrw vscause, x0
  DROP VU, 1f
  j fail
1:
  ecall
  j fail
.balign 4
2:
  CSR_IS scause, ECALL_U  // these are the guest's registers
  la a0, 1b
  csrr a1, sepc
  bne a0, a1, fail
  CSR_IS sstatus, 0x20, 0x122
  la s10, 1f
  ebreak                  // to M: it is not delegated
1:
  CSR_IS mcause, 3

  FINISH

.balign 4
outside:
  j fail
