// H: the guest's own tables lie behind the G-stage: who is refused there, and what the hypervisor
// is told.

#include "hypervisor.h"

START
  PREPARE_GUEST
  csrw vsstatus, x0
  csrw sstatus, x0

  CASE                    // told is the entry's address, and that it was a read of the walk
  la t0, root
  li t1, ((GTARGET + 0x7000) >> 2) | V
  ld s0, 8(t0)
  sd t1, 8(t0)
  hfence.vvma
  li a1, TARGET + 0x3000
  ACCESS VS, load, 0, 21
  AT_GPA GTARGET + 0x7000
  CSR_IS mtinst, 0x3000
  CSR_IS mstatus, GVA, GVA
  ACCESS VS, store, 0, 23
  AT_GPA GTARGET + 0x7000
  CSR_IS mtinst, 0x3000
  ACCESS VS, fetch, 0, 20
  AT_GPA GTARGET + 0x7000
  CASE                    // a table behind the G-stage works where it may be read
  GMAP 7, middle, V|U|R|A|D
  li t0, 0x73
  VMAP 3, GTARGET, V|R|A
  GMAP 0, frame, V|U|R|A
  ACCESS VS, load, 0, ECALL_VS
  GMAP 7, middle, V|U|X|A|D
  ACCESS VS, load, 0, 21
  AT_GPA GTARGET + 0x7000
  la t0, root
  sd s0, 8(t0)
  hfence.vvma

  FINISH

ROUTINES
GUEST_TABLES
