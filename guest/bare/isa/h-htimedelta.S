// H: vstimecmp is compared with the guest's time: htimedelta counts, and a change of it counts at
// once.

#include "hypervisor.h"
#include "interrupt.h"

START
  csrw mideleg, x0
  SET menvcfg, STCE
  SET henvcfg, STCE
  csrw htimedelta, x0
  li a0, -1
  csrw vstimecmp, a0
  AWAIT 0x40, 0

  CASE
  csrr a1, time
  li t0, 1 << 40
  csrw htimedelta, t0
  add a1, a1, t0
  csrw vstimecmp, a1
  AWAIT 0x40, 0x40
  CASE
  csrw htimedelta, x0
  AWAIT 0x40, 0
  CASE
  li t0, 1 << 40
  csrw htimedelta, t0
  AWAIT 0x40, 0x40

  FINISH
