// What programs about floating point in a guest share.
#pragma once

#define FORMAT_D
#include "hypervisor.h"
#include "float.h"

#define SD 0x8000000000000000

// FS of mstatus and of vsstatus.
.macro BOTH host, guest
  CLEAR mstatus, FS
  li t6, \guest
  csrw vsstatus, t6
  li t6, \host
  csrs mstatus, t6
.endm
