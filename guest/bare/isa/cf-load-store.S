// C with D: the compressed loads and stores of doubles.

#define FORMAT_D
#include "float.h"

.macro HALF_IS at, want
  la t5, \at
  lhu t5, 0(t5)
  IS t5, \want
.endm

START_FLOAT
  la s0, data
  la s1, data+256

  CASE
1:
  c.fld fa0, 8(s0)
  HALF_IS 1b, 0x2408
  fmv.x.d a0, fa0
  IS a0, 0x1122334455667788

  CASE
  c.fld fs1, 248(s0)
  fmv.x.d a0, fs1
  IS a0, 0xfedcba9876543210

  CASE
1:
  c.fsd fa0, 0(s1)
  HALF_IS 1b, 0xa088
  ld a0, 0(s1)
  IS a0, 0x1122334455667788
  c.fsd fs1, 192(s1)
  ld a0, 192(s1)
  IS a0, 0xfedcba9876543210

  la sp, data
  CASE
1:
  c.fldsp f0, 8(sp)
  HALF_IS 1b, 0x2022
  fmv.x.d a0, f0
  IS a0, 0x1122334455667788
  c.fldsp f31, 504(sp)
  fmv.x.d a0, f31
  IS a0, 0x0f1e2d3c4b5a6978

  CASE
1:
  c.fsdsp f31, 16(sp)
  HALF_IS 1b, 0xa87e
  ld a0, 16(sp)
  IS a0, 0x0f1e2d3c4b5a6978
  c.fsdsp f0, 496(sp)
  ld a0, 496(sp)
  IS a0, 0x1122334455667788
  ld a0, 504(sp)
  IS a0, 0x0f1e2d3c4b5a6978

  CLEAR mstatus, FS
  TRAPS 2, 0x2408, c.fld fa0, 8(s0)
  TRAPS 2, 0xa088, c.fsd fa0, 0(s1)
  TRAPS 2, 0x2022, c.fldsp f0, 8(sp)
  TRAPS 2, 0xa87e, c.fsdsp f31, 16(sp)
  FINISH

.data
.balign 16
data:
  .dword 0, 0x1122334455667788
  .skip 248-16
  .dword 0xfedcba9876543210
  .skip 504-256
  .dword 0x0f1e2d3c4b5a6978
