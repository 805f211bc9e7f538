// H: to set A or D in the guest's table is a store behind the G-stage, which may refuse it.

#include "hypervisor.h"
#include "svadu.h"

START
  SET menvcfg, ADUE
  SET henvcfg, ADUE
  PREPARE_GUEST
  csrw vsstatus, x0
  csrw sstatus, x0
  li a1, TARGET
  li a0, 0x73

  CASE                    // the table may be read, not written
  la t0, middle
  li t1, ((GTARGET + 0x7000) >> 2) | V
  ld s0, 0(t0)
  sd t1, 0(t0)
  hfence.vvma
  GMAP 7, leaves, V|U|R|A
  VMAP 0, GTARGET, V|R|W|X|A|D
  GMAP 0, frame, V|U|R|W|X|A|D
  ACCESS VS, load, 0, ECALL_VS
  CASE
  VMAP 0, GTARGET, V|R|W|X
  ACCESS VS, load, 0, 21
  AT_GPA GTARGET + 0x7000
  CSR_IS mtinst, 0x3020
  FLAGS_ARE leaves, V|R|W|X
  ACCESS VS, store, 0, 23
  AT_GPA GTARGET + 0x7000
  CSR_IS mtinst, 0x3020

  FINISH

ROUTINES
GUEST_TABLES
