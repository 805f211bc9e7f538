// H: changed tables of either stage are seen after hfence.vvma, hfence.gvma, and the guest's own
// sfence.vma.

#include "hypervisor.h"

.macro READS value
  li a0, 0
  li a1, TARGET
  ACCESS VS, load, 0, ECALL_VS
  IS a0, \value
.endm

.macro CHANGE_V n, gpa, flags
  li t0, (\gpa) >> 2
  ori t0, t0, \flags
  la t1, leaves
  sd t0, (8 * \n)(t1)
.endm

.macro CHANGE_G n, symbol, flags
  PTE t0, \symbol, \flags
  la t1, g_leaves
  sd t0, (8 * \n)(t1)
.endm

START
  PREPARE_GUEST
  csrw vsstatus, x0
  csrw sstatus, x0
  csrw hstatus, x0
  la t0, frame2
  li t1, 0x42
  sb t1, 0(t0)
  GMAP 0, frame, V|U|R|W|X|A|D
  GMAP 1, frame2, V|U|R|W|X|A|D

  CASE
  VMAP 0, GTARGET, V|R|A
  READS 0x73
  CHANGE_V 0, GTARGET + 0x1000, V|R|A
  hfence.vvma
  READS 0x42
  CASE
  CHANGE_V 0, GTARGET, V|R|A
  li a1, TARGET
  hfence.vvma a1
  READS 0x73
  CASE
  CHANGE_V 0, GTARGET + 0x1000, V|R|A
  li a1, TARGET
  li a2, 0
  hfence.vvma a1, a2
  READS 0x42

  CASE                    // the guest's own fence
  CHANGE_V 0, GTARGET, V|R|A
  RUNS_IN VS, ECALL_VS, sfence.vma
  READS 0x73
  CASE
  CHANGE_V 0, 0, 0
  hfence.vvma
  li a1, TARGET
  ACCESS VS, load, 0, 13

  CASE                    // the G-stage
  VMAP 0, GTARGET, V|R|A
  READS 0x73
  CHANGE_G 0, frame2, V|U|R|A
  hfence.gvma
  READS 0x42
  CASE                    // by guest-physical address, in units of 4
  CHANGE_G 0, frame, V|U|R|A
  li a2, GTARGET >> 2
  hfence.gvma a2
  READS 0x73
  CASE
  CHANGE_G 0, frame, 0
  hfence.gvma
  li a1, TARGET
  ACCESS VS, load, 0, 21
  AT_GPA GTARGET

  CASE                    // the fences of one world leave the other what it has
  GMAP 0, frame, V|U|R|A
  READS 0x73
  sfence.vma
  READS 0x73

  CASE                    // another guest root, by the guest, with its fence
  la t0, root2
  la t2, root
  ld t1, 16(t2)
  sd t1, 16(t0)
  PTE t1, middle2, V
  sd t1, 8(t0)
  la t0, middle2
  PTE t1, leaves2, V
  sd t1, 0(t0)
  la t0, leaves2
  li t1, ((GTARGET + 0x1000) >> 2) | V|R|A
  sd t1, 0(t0)
  la a4, root2
  srli a4, a4, 12
  li t1, 8 << 60
  or a4, a4, t1
  DROP VS, 1f
  j 2f
1:
  csrw satp, a4
  sfence.vma
  ecall
2:
  READS 0x42

  FINISH

ROUTINES
GUEST_TABLES
.balign 4096
root2:
  .space 4096
middle2:
  .space 4096
leaves2:
  .space 4096
