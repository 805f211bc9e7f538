// H: two-stage translation: every pair of permissions of the two stages, whose fault it is, and the
// guest-physical address that is told.

#include "hypervisor.h"

// Bits of what a stage allows. A G-stage leaf does not distinguish S and U.
#define S_LOAD 1
#define S_STORE 2
#define S_FETCH 4
#define U_LOAD 8
#define U_STORE 16
#define U_FETCH 32
#define LOAD (S_LOAD|U_LOAD)
#define STORE (S_STORE|U_STORE)
#define FETCH (S_FETCH|U_FETCH)

// One access: the VS-stage refuses first (s0), then the G-stage (s1).
.macro ONE bit, mode, routine, alias, call, page, guest
  andi t0, s0, \bit
  beqz t0, 5f
  andi t0, s1, \bit
  beqz t0, 6f
  ACCESS \mode, \routine, \alias, \call
  j 7f
5:
  ACCESS \mode, \routine, \alias, \page
  j 7f
6:
  ACCESS \mode, \routine, \alias, \guest
  AT_GPA GTARGET
  CSR_IS mstatus, GVA, GVA
7:
.endm

.macro PAIR vs_flags, vs_allowed, g_flags, g_allowed
  CASE
  VMAP 0, GTARGET, (\vs_flags)|A|D
  GMAP 0, frame, (\g_flags)|A|D
  li s0, \vs_allowed
  li s1, \g_allowed
  call every_access
.endm

.macro WITH_G vs_flags, vs_allowed
  PAIR \vs_flags, \vs_allowed, 0, 0
  PAIR \vs_flags, \vs_allowed, V|R|W|X, 0          // a G-stage leaf must have U
  PAIR \vs_flags, \vs_allowed, V|U, 0              // a pointer on the last level
  PAIR \vs_flags, \vs_allowed, V|U|R, LOAD
  PAIR \vs_flags, \vs_allowed, V|U|R|W, LOAD|STORE
  PAIR \vs_flags, \vs_allowed, V|U|X, FETCH
  PAIR \vs_flags, \vs_allowed, V|U|R|X, LOAD|FETCH
  PAIR \vs_flags, \vs_allowed, V|U|R|W|X, LOAD|STORE|FETCH
  PAIR \vs_flags, \vs_allowed, V|U|W, 0            // reserved
.endm

START
  PREPARE_GUEST
  csrw vsstatus, x0
  csrw sstatus, x0
  li a1, TARGET
  li a0, 0x73

  WITH_G 0, 0
  WITH_G V|R, S_LOAD
  WITH_G V|R|W, S_LOAD|S_STORE
  WITH_G V|X, S_FETCH
  WITH_G V|R|W|X, S_LOAD|S_STORE|S_FETCH
  WITH_G V|R|U, U_LOAD
  WITH_G V|R|W|U, U_LOAD|U_STORE
  WITH_G V|X|U, U_FETCH
  WITH_G V|R|W|X|U, U_LOAD|U_STORE|U_FETCH
  WITH_G V|W, 0

  CASE                    // vsstatus.SUM is the guest's
  VMAP 0, GTARGET, V|R|W|U|A|D
  GMAP 0, frame, V|U|R|W|A|D
  SET sstatus, SUM
  ACCESS VS, load, 0, 13
  CLEAR sstatus, SUM
  SET vsstatus, SUM
  li a0, 0x73
  ACCESS VS, load, 0, ECALL_VS
  ACCESS VS, store, 0, ECALL_VS
  CLEAR vsstatus, SUM

  CASE                    // the address within the page is part of what is told
  VMAP 0, GTARGET + 0x5000, V|R|W|A|D
  li a1, TARGET + 0x123
  ACCESS VS, load, 0, 21
  AT_GPA GTARGET + 0x5123
  ACCESS VS, store, 0, 23
  AT_GPA GTARGET + 0x5123

  CASE                    // without a guest table: addresses are guest-physical
  csrr s0, vsatp
  csrw vsatp, x0
  hfence.vvma
  GMAP 0, frame, V|U|R|W|X|A|D
  li a1, GTARGET
  li a0, 0x73
  ACCESS VS, load, 0, ECALL_VS
  ACCESS VS, store, 0, ECALL_VS
  ACCESS VS, fetch, 0, ECALL_VS
  ACCESS VU, load, 0, ECALL_U
  li a1, GTARGET + 0x6008
  ACCESS VS, load, 0, 21
  AT_GPA GTARGET + 0x6008
  CASE                    // without a G-stage: guest-physical is physical
  csrw vsatp, s0
  csrr s1, hgatp
  csrw hgatp, x0
  hfence.gvma
  hfence.vvma
  la t0, frame
  srli t0, t0, 2
  ori t0, t0, V|R|A|D
  la t1, leaves
  sd t0, 0(t1)
  hfence.vvma
  li a1, TARGET
  li a0, 0
  ACCESS VS, load, 0, ECALL_VS
  IS a0, 0x73
  ACCESS VS, store, 0, 15
  csrw hgatp, s1
  hfence.gvma

  CASE                    // superpages in the two stages, crossed
  la t0, middle
  li t1, (GTARGET >> 2) | V|R|W|A|D
  ld s0, 0(t0)
  sd t1, 0(t0)
  hfence.vvma
  GMAP 0, frame, V|U|R|A|D
  GMAP 1, frame2, V|U|R|A|D
  la t0, frame2
  li t1, 0x42
  sb t1, 0x10(t0)
  li a1, TARGET + 0x1010
  ACCESS VS, load, 0, ECALL_VS
  IS a0, 0x42
  li a1, TARGET + 0x2010
  ACCESS VS, load, 0, 21
  AT_GPA GTARGET + 0x2010
  la t0, middle
  sd s0, 0(t0)

  FINISH

every_access:
  mv s2, ra
  ONE S_LOAD, VS, load, 0, ECALL_VS, 13, 21
  ONE S_STORE, VS, store, 0, ECALL_VS, 15, 23
  ONE S_FETCH, VS, fetch, 0, ECALL_VS, 12, 20
  ONE U_LOAD, VU, load, 1, ECALL_U, 13, 21
  ONE U_STORE, VU, store, 1, ECALL_U, 15, 23
  ONE U_FETCH, VU, fetch, 1, ECALL_U, 12, 20
  jr s2

ROUTINES
GUEST_TABLES
