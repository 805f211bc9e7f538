// PMP as far as firmware needs it: NAPOT and TOR entries against S and U, order of the entries,
// locks.

#include "paging.h"

#define PMP_R 1
#define PMP_W 2
#define PMP_X 4
#define TOR 0x08
#define NAPOT 0x18
#define LOCK 0x80

// Entry 0 with these bits covers `frame` alone, entry 1 everything.
.macro GUARD bits
  la t0, frame
  srli t0, t0, 2
  ori t0, t0, 0x1ff       // 4 KiB
  csrw pmpaddr0, t0
  li t0, -1
  csrw pmpaddr1, t0
  li t0, ((NAPOT|PMP_R|PMP_W|PMP_X) << 8) | NAPOT | (\bits)
  csrw pmpcfg0, t0
  sfence.vma
.endm

// The three kinds of access from S and U must give these causes (0: none).
.macro GIVES load_cause, store_cause, fetch_cause
  la a1, frame
  li a0, 0x73
  TRY load, \load_cause
  TRY store, \store_cause
  TRY fetch, \fetch_cause
.endm

.macro TRY routine, cause
  la s10, 9f
  la t5, \routine
  csrw mepc, t5
  CLEAR mstatus, MPP_M
  SET mstatus, MPP_S
  mret
9:
  .if \cause == 0
    CSR_IS mcause, 9
  .else
    CSR_IS mcause, \cause
  .endif
.endm

START
  csrw medeleg, x0
  FILL_FRAMES

  CASE
  GUARD PMP_R|PMP_W|PMP_X
  GIVES 0, 0, 0
  CASE
  GUARD 0
  GIVES 5, 7, 1
  CASE
  GUARD PMP_R
  GIVES 0, 7, 1
  CASE
  GUARD PMP_R|PMP_W
  GIVES 0, 0, 1
  CASE
  GUARD PMP_X
  GIVES 5, 7, 0
  CASE
  GUARD PMP_R|PMP_X
  GIVES 0, 7, 0

  CASE                    // the neighbours are not concerned
  GUARD 0
  la a1, frame2
  TRY load, 0
  la a1, frame - 1
  TRY load, 0

  CASE                    // M passes
  la a1, frame
  lb a0, 0(a1)
  sb a0, 0(a1)
  IS a0, 0x73

  CASE                    // M with MPRV does not
  CLEAR mstatus, MPP_M
  SET mstatus, MPP_S
  SET mstatus, MPRV
  la s10, 2f
1:
  lb a0, 0(a1)
2:
  CLEAR mstatus, MPRV
  WAS 5, 1b
  csrr a2, mtval
  bne a1, a2, fail

  CASE                    // TOR: from the address of the entry before to its own
  csrw pmpcfg0, x0
  la t0, frame
  srli t0, t0, 2
  csrw pmpaddr0, t0
  la t0, frame2
  srli t0, t0, 2
  csrw pmpaddr1, t0
  li t0, -1
  csrw pmpaddr2, t0
  li t0, ((NAPOT|PMP_R|PMP_W|PMP_X) << 16) | ((TOR|PMP_R) << 8)
  csrw pmpcfg0, t0
  sfence.vma
  GIVES 0, 7, 1
  la a1, frame2
  TRY store, 0

  CASE                    // no entry matches: S and U have nothing
  li t0, (TOR|PMP_R) << 8
  csrw pmpcfg0, t0
  sfence.vma
  la a1, frame
  TRY load, 1             // not even the instruction

  CASE                    // a page walk is an access of S, too
  GUARD PMP_R|PMP_W|PMP_X
  PREPARE
  MAP 0, frame2, V|R|W|X|A|D
  li a1, TARGET
  li a0, 0x73
  TRY load, 0
  la t0, leaves
  srli t0, t0, 2
  ori t0, t0, 0x1ff
  csrw pmpaddr0, t0
  li t0, ((NAPOT|PMP_R|PMP_W|PMP_X) << 8) | NAPOT
  csrw pmpcfg0, t0
  sfence.vma
  TRY load, 5
  TRY store, 7
  TRY fetch, 1
  csrw satp, x0

  CASE                    // a locked entry holds M too, and cannot be changed any more
  GUARD LOCK|PMP_R
  la a1, frame
  lb a0, 0(a1)
  IS a0, 0x73
  TRAPS_AT 7, frame, sb a0, 0(a1)
  CASE
  csrw pmpcfg0, x0
  csrr a0, pmpcfg0
  andi a0, a0, 0xff
  IS a0, LOCK|NAPOT|PMP_R
  csrr a1, pmpaddr0
  csrw pmpaddr0, x0
  csrr a2, pmpaddr0
  bne a1, a2, fail

  FINISH

ROUTINES
TABLES
