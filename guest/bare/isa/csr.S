// Zicsr: the six instructions, what they read and when they write; fields that are not as written.

#include "test.h"

// old value in a0, then the register holds `new`.
.macro CSR new, old, insn:vararg
  CASE
  li a1, 0xff00ff00ff00ff00
  csrw mscratch, a1
  li a1, 0x0ff00ff00ff00ff0
  li a0, 77
  \insn
  IS a0, \old
  csrr a2, mscratch
  IS a2, \new
  IS a1, 0x0ff00ff00ff00ff0
.endm

START

  CSR 0x0ff00ff00ff00ff0, 0xff00ff00ff00ff00, csrrw a0, mscratch, a1
  CSR 0xfff0fff0fff0fff0, 0xff00ff00ff00ff00, csrrs a0, mscratch, a1
  CSR 0xf000f000f000f000, 0xff00ff00ff00ff00, csrrc a0, mscratch, a1
  CSR 0x0ff00ff00ff00ff0, 77, csrrw x0, mscratch, a1
  CSR 0, 77, csrrw x0, mscratch, x0
  CSR 0xff00ff00ff00ff00, 0xff00ff00ff00ff00, csrrs a0, mscratch, x0
  CSR 0xff00ff00ff00ff00, 0xff00ff00ff00ff00, csrrc a0, mscratch, x0
  CSR 31, 0xff00ff00ff00ff00, csrrwi a0, mscratch, 31
  CSR 0xff00ff00ff00ff1f, 0xff00ff00ff00ff00, csrrsi a0, mscratch, 31
  CSR 0xff00ff00ff00ff00, 0xff00ff00ff00ff00, csrrci a0, mscratch, 31
  CSR 0xff00ff00ff00ff00, 0xff00ff00ff00ff00, csrrsi a0, mscratch, 0

  CASE                    // the destination is the source
  li a0, 5
  csrw mscratch, a0
  li a0, 9
  csrrw a0, mscratch, a0
  IS a0, 5
  CSR_IS mscratch, 9

  // A read-only register can be read, also by csrrs with x0; every write of it traps.
  CASE
  csrr a0, mhartid
  IS a0, 0
  csrrci a0, mhartid, 0
  TRAPS 2, 0xf1401073, csrw mhartid, x0
  TRAPS 2, 0xf140e073, csrrsi x0, mhartid, 1
  TRAPS 2, 0xc0001073, csrw cycle, x0

  // A register that does not exist traps, and the destination keeps its value.
  li a0, 77
  TRAPS 2, 0x12302573, csrr a0, 0x123
  IS a0, 77
  TRAPS 2, 0x5c0595f3, csrrw a1, 0x5c0, a1

  CASE                    // misa: 64 bits; A C D F H I M S U are there
  CSR_IS misa, 0x80000000001411ad, 0xc0000000001411ad

  CASE                    // UXL and SXL say 64 bits
  CSR_IS mstatus, 0xa00000000, 0xf00000000

  CASE                    // sstatus is a part of mstatus
  csrw sstatus, x0
  SET sstatus, 0x122      // SIE, SPIE, SPP
  CSR_IS mstatus, 0x122, 0x122
  CLEAR mstatus, 0x102
  CSR_IS sstatus, 0x020, 0x122
  SET sstatus, SUM|MXR
  CSR_IS mstatus, SUM|MXR, SUM|MXR
  CLEAR mstatus, SUM|MXR
  li a0, -1
  csrr a1, mstatus
  csrw sstatus, a0
  csrr a2, mstatus        // MIE, MPIE, MPP, MPRV, TVM, TW, TSR are out of its reach
  xor a1, a1, a2
  li a3, MIE|MPIE|MPP_M|MPRV|TVM|TW|TSR
  and a1, a1, a3
  bnez a1, fail
  csrw sstatus, x0

  CASE                    // sie and sip show what is delegated
  li a0, 0x222
  csrw mideleg, a0
  CSR_IS mideleg, 0x222, 0x222
  li a0, 0x2aa
  csrw mie, a0
  CSR_IS mie, 0x2aa, 0x2aa
  CSR_IS sie, 0x222, 0x2aa
  csrw sie, x0
  CSR_IS mie, 0x088, 0x2aa
  csrw mie, x0
  SET mip, 0x002
  CSR_IS sip, 0x002, 0x222
  CLEAR sip, 0x002
  CSR_IS mip, 0x000, 0x222

  CASE                    // a mode of satp that does not exist: the write has no effect
  li a0, (8 << 60) | 0x80001
  csrw satp, a0
  CSR_IS satp, (8 << 60) | 0x80001, (15 << 60) | 0xfffffffffff
  li a0, (1 << 60) | 0x12345
  csrw satp, a0
  CSR_IS satp, (8 << 60) | 0x80001, (15 << 60) | 0xfffffffffff
  csrw satp, x0
  CSR_IS satp, 0

  CASE                    // counters go on from what was written
  li a0, 0x1000000000000
  csrw mcycle, a0
  csrr a1, mcycle
  bltu a1, a0, fail
  csrr a2, cycle
  bltu a2, a1, fail
  csrw minstret, a0
  csrr a1, minstret
  bltu a1, a0, fail
  csrr a2, instret
  bltu a2, a1, fail
  csrr a1, time
  csrr a2, time
  bltu a2, a1, fail

  FINISH
