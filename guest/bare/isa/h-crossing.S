// H: an access that crosses into another page: each page has a translation of its own in both
// stages.

#include "hypervisor.h"

// Loads and stores 8 bytes at TARGET + 4096 - 3 from VS; the second page is refused with this
// cause.
.macro REFUSED load_cause, store_cause, gpa
  CASE
  li a1, TARGET + 4096 - 3
  DROP VS, 1f
  j 2f
1:
  ld a0, 0(a1)
2:
  WAS \load_cause, 1b
  CSR_IS mtval, TARGET + 4096
  .if \load_cause == 21
    AT_GPA \gpa
  .endif
  CASE
  la t0, frame2
  li t1, 0x1122334455667788
  sd t1, -8(t0)
  DROP VS, 1f
  j 2f
1:
  sd a1, 0(a1)
2:
  WAS \store_cause, 1b
  CSR_IS mtval, TARGET + 4096
  .if \store_cause == 23
    AT_GPA \gpa
  .endif
  la t0, frame2
  ld a0, -8(t0)
  IS a0, 0x1122334455667788
.endm

START
  PREPARE_GUEST
  csrw vsstatus, x0
  csrw sstatus, x0

  VMAP 0, GTARGET, V|R|W|A|D
  GMAP 0, frame, V|U|R|W|A|D
  REFUSED 13, 15, 0
  VMAP 1, GTARGET + 0x9000, V|R|W|A|D
  REFUSED 21, 23, GTARGET + 0x9000

  CASE                    // both there, in frames in the wrong order
  GMAP 0, frame2, V|U|R|W|A|D
  GMAP 9, frame, V|U|R|W|A|D
  li a1, TARGET + 4096 - 3
  li a2, 0x1122334455667788
  DROP VS, 1f
  j 2f
1:
  sd a2, 0(a1)
  ld a0, 0(a1)
  ecall
2:
  CSR_IS mcause, ECALL_VS
  bne a0, a2, fail
  lbu a3, frame2 + 4095
  IS a3, 0x66
  lbu a3, frame2 + 4092
  IS a3, 0
  la t0, frame
  lbu a3, 0(t0)
  IS a3, 0x55
  lbu a3, 4(t0)
  IS a3, 0x11

  CASE                    // an instruction: the second half is what is refused
  FILL_FRAMES
  la t0, frame2
  addi t0, t0, 2047
  li t1, 0x0513           // the first half of li a0, 1
  sh t1, 2047(t0)
  VMAP 0, GTARGET, V|X|A
  VMAP 1, GTARGET + 0x9000, V|X|A
  GMAP 0, frame2, V|U|X|A
  GMAP 9, frame, V|U|R|A
  fence.i
  la s10, 1f
  li t0, TARGET + 4094
  csrw mepc, t0
  LEAVE VS
1:
  CSR_IS mcause, 20
  CSR_IS mepc, TARGET + 4094
  CSR_IS mtval, TARGET + 4096
  AT_GPA GTARGET + 0x9000
  CASE
  la t0, frame
  li t1, 0x0010
  sh t1, 0(t0)
  li t1, 0x73
  sw t1, 2(t0)
  GMAP 9, frame, V|U|X|A
  fence.i
  la s10, 1f
  li a0, 0
  li t0, TARGET + 4094
  csrw mepc, t0
  LEAVE VS
1:
  CSR_IS mcause, ECALL_VS
  IS a0, 1

  FINISH

ROUTINES
GUEST_TABLES
