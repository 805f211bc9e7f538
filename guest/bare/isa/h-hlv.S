// H: loads and stores of HS and M with the guest's eyes: hlv, hlvx, hsv.

#include "hypervisor.h"

.macro HLV op, want
  CASE
  \op a0, (a1)
  IS a0, \want
.endm

.macro HSV op, want
  CASE
  li a2, 0x1122334455667788
  sd a2, 0(a3)
  li a2, 0x8182838485868788
  \op a2, (a1)
  ld a0, 0(a3)
  IS a0, \want
.endm

START
  PREPARE_GUEST
  csrw vsstatus, x0
  csrw sstatus, x0
  csrw hstatus, x0
  SET hstatus, SPVP       // as VS
  VMAP 0, GTARGET, V|R|W|X|A|D
  GMAP 0, frame, V|U|R|W|X|A|D
  li a1, TARGET + 0x100
  la a3, frame + 0x100
  li a2, 0x8182838485868788
  sd a2, 0(a3)

  HLV hlv.b, 0xffffffffffffff88
  HLV hlv.bu, 0x88
  HLV hlv.h, 0xffffffffffff8788
  HLV hlv.hu, 0x8788
  HLV hlv.w, 0xffffffff85868788
  HLV hlv.wu, 0x85868788
  HLV hlv.d, 0x8182838485868788
  HLV hlvx.hu, 0x8788
  HLV hlvx.wu, 0x85868788
  HSV hsv.b, 0x1122334455667788
  HSV hsv.h, 0x1122334455668788
  HSV hsv.w, 0x1122334485868788
  HSV hsv.d, 0x8182838485868788

  // From HS the same.
  RUNS_IN HS, ECALL_HS, hlv.d a0, (a1)
  IS a0, 0x8182838485868788
  RUNS_IN HS, ECALL_HS, hsv.d x0, (a1)
  ld a0, 0(a3)
  IS a0, 0
  sd a2, 0(a3)

  // From U only with HU.
  TRAPS_IN 0, 2, hlv.d a0, (a1)
  SET hstatus, HU
  RUNS_IN 0, ECALL_U, hlv.d a0, (a1)
  IS a0, 0x8182838485868788
  CLEAR hstatus, HU

  // Guest page faults.
  VMAP 0, GTARGET, V|R|W|A|D
  GMAP 0, frame, V|U|X|A|D
  TRAPS 21, TARGET + 0x100, hlv.b a0, (a1)
  AT_GPA GTARGET + 0x100
  GMAP 0, frame, V|U|R|A|D
  TRAPS 23, TARGET + 0x100, hsv.b a0, (a1)
  AT_GPA GTARGET + 0x100

  CASE                    // MPRV with MPV: M sees with the guest's eyes, too
  VMAP 0, GTARGET, V|R|A|D
  CLEAR mstatus, MPP_M
  SET mstatus, MPV
  SET mstatus, MPP_S
  SET mstatus, MPRV
  ld a0, 0(a1)
  CLEAR mstatus, MPRV
  IS a0, 0x8182838485868788

  FINISH

ROUTINES
GUEST_TABLES
