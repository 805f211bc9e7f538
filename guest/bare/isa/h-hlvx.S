// H: hlvx needs X where hlv needs R, in both stages; what it meets is a fault of a load.

#include "hypervisor.h"

.macro HLV op, want
  CASE
  \op a0, (a1)
  IS a0, \want
.endm

START
  PREPARE_GUEST
  csrw vsstatus, x0
  csrw sstatus, x0
  csrw hstatus, x0
  SET hstatus, SPVP
  GMAP 0, frame, V|U|R|W|X|A|D
  li a1, TARGET + 0x100
  la a3, frame + 0x100
  li a2, 0x8182838485868788
  sd a2, 0(a3)

  VMAP 0, GTARGET, V|X|A|D
  TRAPS 13, TARGET + 0x100, hlv.wu a0, (a1)
  HLV hlvx.wu, 0x85868788
  GMAP 0, frame, V|U|X|A|D
  HLV hlvx.hu, 0x8788
  GMAP 0, frame, V|U|R|A|D
  TRAPS 21, TARGET + 0x100, hlvx.hu a0, (a1)
  AT_GPA GTARGET + 0x100
  VMAP 0, GTARGET, V|R|A|D
  TRAPS 13, TARGET + 0x100, hlvx.wu a0, (a1)

  FINISH

ROUTINES
GUEST_TABLES
