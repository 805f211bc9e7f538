// H: Sv39x4: guest-physical addresses have 41 bits, no more; the root has 2048 entries.

#include "hypervisor.h"

START
  PREPARE_GUEST
  csrw vsstatus, x0
  csrw sstatus, x0
  csrw vsatp, x0

  CASE
  li a1, 1 << 41
  ACCESS VS, load, 0, 21
  CASE
  li a1, 1 << 40
  ACCESS VS, load, 0, 21
  AT_GPA 1 << 40
  CASE
  la t0, g_root
  li t1, 1024 * 8
  add t0, t0, t1
  li t1, (0x80000000 >> 2) | D|A|U|X|W|R|V
  sd t1, 0(t0)
  hfence.gvma
  la a1, frame
  li t0, 0x80000000
  sub a1, a1, t0
  li t0, 1 << 40
  add a1, a1, t0
  ACCESS VS, load, 0, ECALL_VS
  IS a0, 0x73

  FINISH

ROUTINES
GUEST_TABLES
