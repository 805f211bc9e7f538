// H: MXR of the guest concerns the guest's own stage, MXR of the hypervisor both.

#include "hypervisor.h"

START
  PREPARE_GUEST
  csrw vsstatus, x0
  csrw sstatus, x0
  li a1, TARGET

  CASE
  VMAP 0, GTARGET, V|X|A|D
  GMAP 0, frame, V|U|R|A|D
  ACCESS VS, load, 0, 13
  SET vsstatus, MXR
  ACCESS VS, load, 0, ECALL_VS
  GMAP 0, frame, V|U|X|A|D
  ACCESS VS, load, 0, 21
  AT_GPA GTARGET
  CLEAR vsstatus, MXR
  CASE
  SET sstatus, MXR
  ACCESS VS, load, 0, ECALL_VS
  CLEAR sstatus, MXR

  FINISH

ROUTINES
GUEST_TABLES
