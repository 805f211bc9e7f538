// H: SPVP says whether hlv and hsv act as VS or as VU.

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

  VMAP 0, GTARGET, V|R|W|U|A|D
  TRAPS 13, TARGET + 0x100, hlv.d a0, (a1)
  CLEAR hstatus, SPVP
  HLV hlv.d, 0x8182838485868788
  VMAP 0, GTARGET, V|R|W|A|D
  TRAPS 13, TARGET + 0x100, hlv.d a0, (a1)
  TRAPS 15, TARGET + 0x100, hsv.d a0, (a1)
  SET hstatus, SPVP
  SET vsstatus, SUM
  VMAP 0, GTARGET, V|R|W|U|A|D
  HLV hlv.d, 0x8182838485868788
  CLEAR vsstatus, SUM

  FINISH

ROUTINES
GUEST_TABLES
