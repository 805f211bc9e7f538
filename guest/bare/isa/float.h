// What ISA programs for F and D add. A program names its format first: FORMAT_S or FORMAT_D; what is
// common to both is written once, over the constants below. The result of a case is in fa0; its
// flags are exactly those named.
#pragma once

#include "test.h"

.option arch, +f, +d

#define NX 1
#define UF 2
#define OF 4
#define DZ 8
#define NV 16

#define FS_INITIAL 0x2000
#define FS_CLEAN 0x4000
#define FS 0x6000

// FRACTION: bits behind the point. BOXED: how a value of the format lies in its register.
#ifdef FORMAT_S
#define WIDTH s
#define FRACTION 23
#define ONE 0x3f800000
#define SIGN 0x80000000
#define INF 0x7f800000
#define BOXED(bits) ((bits)|0xffffffff00000000)
#define MOVE_IN fmv.w.x
#else
#define WIDTH d
#define FRACTION 52
#define ONE 0x3ff0000000000000
#define SIGN 0x8000000000000000
#define INF 0x7ff0000000000000
#define BOXED(bits) (bits)
#define MOVE_IN fmv.d.x
#endif

#define POWER(n) (ONE+((n)<<FRACTION))
#define TWO POWER(1)
#define THREE (TWO+(1<<(FRACTION-1)))
#define FIVE (POWER(2)+(1<<(FRACTION-2)))
#define SEVEN (POWER(2)+(3<<(FRACTION-2)))
#define HALF POWER(-1)
// A half of the distance from 1 to the next number.
#define HALF_STEP POWER(-FRACTION-1)
#define MAX (INF-1)
// The smallest normal number, and the smallest of all.
#define LEAST (1<<FRACTION)
#define TINY 1
#define NAN (INF|(1<<(FRACTION-1)))
#define SNAN (INF|1)
#define MINUS(bits) (SIGN|(bits))

.macro START_FLOAT
  START
  li t0, FS
  csrs mstatus, t0
  csrw fcsr, x0
.endm

.macro FLAGS_ARE flags
  csrr t5, fflags
  li t6, \flags
  bne t5, t6, fail
.endm

.macro RESULT_IS want, flags
  fmv.x.d a0, fa0
  IS a0, BOXED(\want)
  FLAGS_ARE \flags
.endm

// fa1 and fa2, and no flags.
.macro OPERANDS a, b=0
  li a1, \a
  li a2, \b
  MOVE_IN fa1, a1
  MOVE_IN fa2, a2
  csrw fflags, x0
.endm

// fa0 = op(a, b)
.macro FRR op, want, flags, a, b
  CASE
  OPERANDS \a, \b
  \op\().WIDTH fa0, fa1, fa2
  RESULT_IS \want, \flags
.endm

// fa0 = op(a)
.macro FR op, want, flags, a
  CASE
  OPERANDS \a
  \op\().WIDTH fa0, fa1
  RESULT_IS \want, \flags
.endm

// fa0 = op(a, b, c)
.macro FRRR op, want, flags, a, b, c
  CASE
  li a3, \c
  MOVE_IN fa3, a3
  OPERANDS \a, \b
  \op\().WIDTH fa0, fa1, fa2, fa3
  RESULT_IS \want, \flags
.endm

// a0 = op(a, b)
.macro FTEST op, want, flags, a, b
  CASE
  OPERANDS \a, \b
  \op\().WIDTH a0, fa1, fa2
  IS a0, \want
  FLAGS_ARE \flags
.endm

// In one rounding mode, named by the instruction and by frm.
.macro FRR_IN mode, number, op, want, flags, a, b
  CASE
  OPERANDS \a, \b
  \op\().WIDTH fa0, fa1, fa2, \mode
  RESULT_IS \want, \flags
  csrwi frm, \number
  csrwi fflags, 0
  \op\().WIDTH fa0, fa1, fa2
  RESULT_IS \want, \flags
  csrwi frm, 0
.endm

// In all of them.
.macro ROUNDS op, a, b, flags, rne, rtz, rdn, rup, rmm
  FRR_IN rne, 0, \op, \rne, \flags, \a, \b
  FRR_IN rtz, 1, \op, \rtz, \flags, \a, \b
  FRR_IN rdn, 2, \op, \rdn, \flags, \a, \b
  FRR_IN rup, 3, \op, \rup, \flags, \a, \b
  FRR_IN rmm, 4, \op, \rmm, \flags, \a, \b
.endm

// The same with the whole name of the operation and of its source.
.macro UNARY op, source, want, flags, a
  CASE
  OPERANDS \a
  \op fa0, \source
  RESULT_IS \want, \flags
.endm

// fa0 = op(a), or fa0 = op(integer a1), in a mode
.macro UNARY_IN mode, op, source, want, flags, a
  CASE
  OPERANDS \a
  \op fa0, \source, \mode
  RESULT_IS \want, \flags
.endm

.macro UNARY_ROUNDS op, source, a, flags, rne, rtz, rdn, rup, rmm
  UNARY_IN rne, \op, \source, \rne, \flags, \a
  UNARY_IN rtz, \op, \source, \rtz, \flags, \a
  UNARY_IN rdn, \op, \source, \rdn, \flags, \a
  UNARY_IN rup, \op, \source, \rup, \flags, \a
  UNARY_IN rmm, \op, \source, \rmm, \flags, \a
.endm

// a0 = op(a) in a mode, an integer
.macro TO_INTEGER op, mode, want, flags, a
  CASE
  OPERANDS \a
  \op\().WIDTH a0, fa1, \mode
  IS a0, \want
  FLAGS_ARE \flags
.endm

// fa0 = op(integer)
.macro FROM_INTEGER op, want, flags, integer
  CASE
  OPERANDS \integer
  fcvt.WIDTH\().\op fa0, a1
  RESULT_IS \want, \flags
.endm
