// What ISA programs for the H extension add: the modes, and tables of both stages.
//
// G-stage: GPA 0x80000000 is RAM at its own address (a gigapage); GPA 0x40000000 is 2 MiB in 4 KiB
// pages, `g_leaves`. VS-stage: as in paging.h, over guest-physical addresses; page n at VA
// 0x40000000 + n * 4096 is what VMAP put there, by default GPA 0x40000000 + n * 4096.
#pragma once

.set WITH_H, 1
#include "paging.h"

.option arch, +h

#define VS (MPP_S|MPV)
#define VU MPV
#define HS MPP_S

#define SPV 0x80
#define SPVP 0x100
#define HU 0x200
#define VTVM 0x100000
#define VTW 0x200000
#define VTSR 0x400000
#define HGVA 0x40

#define ECALL_U 8
#define ECALL_HS 9
#define ECALL_VS 10
#define VIRTUAL 22

#define GTARGET 0x40000000

// henvcfg and menvcfg let the hardware set A and D, where that exists.
.macro PREPARE_GUEST
  PREPARE
  la t0, g_root
  PTE t1, g_middle, V
  sd t1, 8(t0)
  li t1, (0x80000000 >> 2) | D|A|U|X|W|R|V
  sd t1, 16(t0)
  la t0, g_middle
  PTE t1, g_leaves, V
  sd t1, 0(t0)
  csrr t0, satp
  csrw vsatp, t0
  csrw satp, x0
  la t0, g_root
  srli t0, t0, 12
  li t1, 8 << 60
  or t0, t0, t1
  csrw hgatp, t0
  csrw hedeleg, x0
  csrw medeleg, x0
  csrw mideleg, x0
  hfence.gvma
  hfence.vvma
.endm

// VA TARGET + 4096 n leads to this guest-physical address.
.macro VMAP n, gpa, flags
  li t0, (\gpa) >> 2
  ori t0, t0, \flags
  la t1, leaves
  sd t0, (8 * \n)(t1)
  hfence.vvma
.endm

// GPA GTARGET + 4096 n leads to this symbol.
.macro GMAP n, symbol, flags
  PTE t0, \symbol, \flags
  la t1, g_leaves
  sd t0, (8 * \n)(t1)
  hfence.gvma
.endm

// After an ACCESS that ended in a guest page fault: the guest-physical address at fault.
.macro AT_GPA gpa
  csrr t5, mtval2
  li t6, (\gpa) >> 2
  bne t5, t6, fail
.endm

.macro GUEST_TABLES
TABLES
.balign 16384
g_root:
  .space 16384
g_middle:
  .space 4096
g_leaves:
  .space 4096
.endm
