// Sv39: every combination of permissions, from S and U, with SUM and MXR; levels; addresses that
// are none.

#include "paging.h"

// For each kind of access a bit, in this order, of what a leaf with `flags` allows.
#define S_LOAD 1
#define S_STORE 2
#define S_FETCH 4
#define U_LOAD 8
#define U_STORE 16
#define U_FETCH 32
#define SUM_LOAD 64
#define SUM_STORE 128
#define SUM_FETCH 256
#define MXR_S_LOAD 512
#define MXR_U_LOAD 1024
#define BOTH_LOAD 2048

#define S_READS (S_LOAD|SUM_LOAD|MXR_S_LOAD|BOTH_LOAD)
#define S_WRITES (S_STORE|SUM_STORE)
#define S_RUNS (S_FETCH|SUM_FETCH)
#define U_READS (U_LOAD|SUM_LOAD|MXR_U_LOAD|BOTH_LOAD)
#define U_WRITES (U_STORE|SUM_STORE)

// One access: `call` if it is allowed (its bit is set in s0), `fault` otherwise.
.macro ONE bit, mode, routine, alias, call, fault
  andi t0, s0, \bit & 0x7ff
  .if \bit == BOTH_LOAD
    li t0, BOTH_LOAD
    and t0, t0, s0
  .endif
  beqz t0, 5f
  ACCESS \mode, \routine, \alias, \call
  j 6f
5:
  ACCESS \mode, \routine, \alias, \fault
6:
.endm

.macro LEAF flags, allowed
  CASE
  MAP 0, frame, (\flags)|A|D
  li s0, \allowed
  call every_access
.endm

START
  csrw medeleg, x0
  PREPARE
  li a1, TARGET
  li a0, 0x73             // what is there: stores change nothing

  LEAF 0, 0
  LEAF R|W|X|U, 0         // not valid
  LEAF V, 0               // a pointer on the last level
  LEAF V|U, 0
  LEAF V|R, S_READS
  LEAF V|R|W, S_READS|S_WRITES
  LEAF V|X, S_RUNS|MXR_S_LOAD|BOTH_LOAD
  LEAF V|R|X, S_READS|S_RUNS
  LEAF V|R|W|X, S_READS|S_WRITES|S_RUNS
  LEAF V|W, 0             // reserved
  LEAF V|W|X, 0
  LEAF V|R|U, U_READS
  LEAF V|R|W|U, U_READS|U_WRITES
  LEAF V|X|U, U_FETCH|MXR_U_LOAD|BOTH_LOAD
  LEAF V|R|X|U, U_READS|U_FETCH
  LEAF V|R|W|X|U, U_READS|U_WRITES|U_FETCH
  LEAF V|W|U, 0
  LEAF V|W|X|U, 0
  LEAF V|R|W|X|G, S_READS|S_WRITES|S_RUNS

  CASE                    // loads read the frame
  MAP 0, frame, V|R|W|X|A|D
  li a0, 0
  ACCESS MPP_S, load, 0, 9
  IS a0, 0x73

  // Leaves of 2 MiB and 1 GiB; misaligned ones fault.
  CASE
  la t0, middle
  li t1, (0x80000000 >> 2) | V|R|W|X|A|D
  sd t1, 8(t0)
  sfence.vma
  la a1, frame
  li t0, 0x80000000
  sub a1, a1, t0
  li t0, 0x40200000
  add a1, a1, t0
  li a0, 0
  ACCESS MPP_S, load, 0, 9
  IS a0, 0x73
  CASE
  li t1, (0x80001000 >> 2) | V|R|W|X|A|D
  la t0, middle
  sd t1, 8(t0)
  sfence.vma
  ACCESS MPP_S, load, 0, 13
  CASE
  la t0, root
  li t1, (0x80200000 >> 2) | V|R|W|X|A|D
  sd t1, 0(t0)
  sfence.vma
  li a1, 0x1000
  ACCESS MPP_S, load, 0, 13
  ACCESS MPP_S, store, 0, 15
  ACCESS MPP_S, fetch, 0, 12
  sd x0, 0(t0)

  // Bits 63 to 39 must equal bit 38.
  CASE
  li a1, 0x4000000000     // bit 38 alone
  ACCESS MPP_S, load, 0, 13
  ACCESS MPP_S, store, 0, 15
  ACCESS MPP_S, fetch, 0, 12
  CASE
  li a1, 0x8000000080000000
  ACCESS MPP_S, load, 0, 13
  CASE
  li a1, 0x8000000000 | TARGET
  ACCESS MPP_S, load, 0, 13
  CASE                    // the last gigabyte is at the top
  la t0, root
  li t1, (0x80000000 >> 2) | V|R|W|X|A|D
  li t2, 4088
  add t0, t0, t2
  sd t1, 0(t0)
  sfence.vma
  la a1, frame
  li t0, 0xffffffff40000000 // -3 GiB + 2 GiB
  add a1, a1, t0
  li a0, 0
  ACCESS MPP_S, load, 0, 9
  IS a0, 0x73

  // An access that crosses into a page that is not there says which page, and stores nothing.
  CASE
  MAP 0, frame, V|R|W|X|A|D
  MAP 1, frame2, 0
  la t0, frame2
  sd x0, -8(t0)
  li a2, TARGET + 4096 - 4
  li a3, -1
  DROP MPP_S, 1f
  j 2f
1:
  sd a3, 0(a2)
2:
  WAS 15, 1b
  CSR_IS mtval, TARGET + 4096
  la t0, frame2
  ld a0, -8(t0)
  IS a0, 0
  CASE
  DROP MPP_S, 1f
  j 2f
1:
  ld a3, 0(a2)
2:
  WAS 13, 1b
  CSR_IS mtval, TARGET + 4096
  IS a3, -1
  CASE                    // and if both are there, it works across frames that do not touch
  MAP 1, frame3, V|R|W|A|D
  la t0, frame2
  li t1, 0x1122334400000000
  sd t1, -8(t0)
  la t0, frame3
  li t1, 0x0000000055667788
  sd t1, 0(t0)
  DROP MPP_S, 1f
  j 2f
1:
  ld a0, 0(a2)
3:
  ecall
2:
  WAS 9, 3b
  IS a0, 0x5566778811223344

  CASE                    // an instruction that crosses: mepc is its start, mtval the page
  la t0, frame2
  li t1, 0x0513           // the first half of li a0, 1
  sh t1, -2(t0)
  MAP 1, frame2, 0
  li a1, TARGET + 4096 - 2
  la s10, 1f
  la t5, fetch
  csrw mepc, t5
  SET mstatus, MPP_S
  CLEAR mstatus, 0x1000
  mret
1:
  CSR_IS mcause, 12
  CSR_IS mepc, TARGET + 4096 - 2
  CSR_IS mtval, TARGET + 4096
  CASE
  la t0, frame2
  li t1, 0x0010
  sh t1, 0(t0)
  li t1, 0x73
  sw t1, 2(t0)
  MAP 1, frame2, V|X|A
  fence.i
  ACCESS MPP_S, fetch, 0, 9
  IS a0, 1

  CASE                    // MPRV: M reads as S or U would
  MAP 0, frame, V|R|U|A|D
  li a1, TARGET
  CLEAR mstatus, MPP_M
  SET mstatus, MPRV
  lb a0, 0(a1)
  CLEAR mstatus, MPRV
  IS a0, 0x73
  SET mstatus, MPP_S
  SET mstatus, MPRV
  la s10, 2f
1:
  lb a0, 0(a1)
2:
  CLEAR mstatus, MPRV
  WAS 13, 1b

  CASE                    // satp = 0: S-mode sees memory as it is
  csrw satp, x0
  sfence.vma
  la a1, frame
  ACCESS MPP_S, load, 0, 9

  FINISH

// Tries the twelve kinds of access against the expectation in s0.
every_access:
  mv s1, ra
  ONE S_LOAD, MPP_S, load, 0, 9, 13
  ONE S_STORE, MPP_S, store, 0, 9, 15
  ONE S_FETCH, MPP_S, fetch, 0, 9, 12
  ONE U_LOAD, 0, load, 1, 8, 13
  ONE U_STORE, 0, store, 1, 8, 15
  ONE U_FETCH, 0, fetch, 1, 8, 12
  SET mstatus, SUM
  ONE SUM_LOAD, MPP_S, load, 0, 9, 13
  ONE SUM_STORE, MPP_S, store, 0, 9, 15
  ONE SUM_FETCH, MPP_S, fetch, 0, 9, 12
  SET mstatus, MXR
  ONE BOTH_LOAD, MPP_S, load, 0, 9, 13
  CLEAR mstatus, SUM
  ONE MXR_S_LOAD, MPP_S, load, 0, 9, 13
  ONE MXR_U_LOAD, 0, load, 1, 8, 13
  CLEAR mstatus, MXR
  jr s1

ROUTINES
TABLES
.balign 4096
frame3:
  .space 4096
