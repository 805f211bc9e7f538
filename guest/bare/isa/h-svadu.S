// H: A and D in two stages: menvcfg.ADUE rules the G-stage, henvcfg.ADUE the guest's, which has it
// only if menvcfg has it.

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

  CASE
  CSR_IS henvcfg, ADUE, ADUE
  CASE                    // both by hardware
  VMAP 0, GTARGET, V|R|W|X
  GMAP 0, frame, V|U|R|W|X
  ACCESS VS, load, 0, ECALL_VS
  FLAGS_ARE leaves, V|R|W|X|A
  FLAGS_ARE g_leaves, V|U|R|W|X|A
  ACCESS VS, store, 0, ECALL_VS
  FLAGS_ARE leaves, V|R|W|X|A|D
  FLAGS_ARE g_leaves, V|U|R|W|X|A|D

  CASE                    // nothing of the guest's page when the G-stage refuses it
  VMAP 0, GTARGET + 0x5000, V|R|W|X|A|D
  ACCESS VS, store, 0, 23
  AT_GPA GTARGET + 0x5000

  CASE                    // the guest's stage by software
  CLEAR henvcfg, ADUE
  VMAP 0, GTARGET, V|R|W|X
  GMAP 0, frame, V|U|R|W|X
  ACCESS VS, load, 0, 13
  VMAP 0, GTARGET, V|R|W|X|A
  ACCESS VS, load, 0, ECALL_VS
  FLAGS_ARE g_leaves, V|U|R|W|X|A
  ACCESS VS, store, 0, 15
  FLAGS_ARE leaves, V|R|W|X|A

  CASE                    // both by software
  CLEAR menvcfg, ADUE
  VMAP 0, GTARGET, V|R|W|X|A|D
  GMAP 0, frame, V|U|R|W|X
  ACCESS VS, load, 0, 21
  AT_GPA GTARGET
  GMAP 0, frame, V|U|R|W|X|A
  ACCESS VS, load, 0, ECALL_VS
  ACCESS VS, store, 0, 23
  AT_GPA GTARGET

  CASE                    // henvcfg cannot have what menvcfg has not
  SET henvcfg, ADUE
  CSR_IS henvcfg, 0, ADUE

  FINISH

ROUTINES
GUEST_TABLES
