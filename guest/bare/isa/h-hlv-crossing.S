// H: an hlv or hsv that crosses into another page: each page has a translation of its own in both
// stages, and what is refused in the second has not begun in the first.

#include "hypervisor.h"

#define SPLIT (TARGET + 4096 - 3)

// The second page is refused with this cause; the address of the fault is its first byte.
.macro REFUSED cause, insn:vararg
  TRAPS \cause, TARGET + 4096, \insn
  .if \cause > 20
    AT_GPA GTARGET + 0x9000
  .else
    CSR_IS mtval2, 0
  .endif
.endm

START
  PREPARE_GUEST
  csrw vsstatus, x0
  csrw sstatus, x0
  csrw hstatus, x0
  SET hstatus, SPVP
  li a1, SPLIT
  li a2, 0x1122334455667788
  la a3, frame2 + 2048
  sd a2, 2040(a3)

  VMAP 0, GTARGET, V|R|W|X|A|D
  GMAP 0, frame2, V|U|R|W|X|A|D
  VMAP 1, 0, 0
  REFUSED 13, hlv.d a0, (a1)
  REFUSED 15, hsv.d x0, (a1)
  VMAP 1, GTARGET + 0x9000, V|R|W|X|A|D
  GMAP 9, frame, 0
  REFUSED 21, hlv.w a0, (a1)
  REFUSED 23, hsv.d x0, (a1)
  CASE
  ld a0, 2040(a3)
  bne a0, a2, fail

  CASE                    // both there, in frames in the wrong order
  GMAP 9, frame, V|U|R|W|X|A|D
  hsv.d a2, (a1)
  hlv.d a0, (a1)
  bne a0, a2, fail
  hlv.w a0, (a1)
  IS a0, 0x55667788
  hlvx.wu a0, (a1)
  IS a0, 0x55667788
  lbu a0, 2045(a3)
  IS a0, 0x88
  la a3, frame
  lbu a0, 0(a3)
  IS a0, 0x55
  lbu a0, 4(a3)
  IS a0, 0x11

  FINISH

ROUTINES
GUEST_TABLES
