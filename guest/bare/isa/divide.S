// M: quotients and remainders, division by zero (all ones; the dividend) and the one overflow.

#include "test.h"

START

  RR div, 3, 20, 6
  RR div, -3, -20, 6
  RR div, -3, 20, -6
  RR div, 3, -20, -6
  RR div, 0x8000000000000000, 0x8000000000000000, 1
  RR div, 0x8000000000000000, 0x8000000000000000, -1
  RR div, -1, 7, 0
  RR div, -1, 0, 0
  RR div, -1, 0x8000000000000000, 0
  RR div, 0, 1, 0x8000000000000000
  R_SAME div, 1, -77

  RR divu, 3, 20, 6
  RR divu, 0x2aaaaaaaaaaaaaa7, -20, 6
  RR divu, 0, 20, -6
  RR divu, 0, 0x8000000000000000, -1
  RR divu, -1, 7, 0
  RR divu, 0xffffffffffffffff, -1, 1
  RR divu, 2, -1, 0x7fffffffffffffff

  RR rem, 2, 20, 6
  RR rem, -2, -20, 6
  RR rem, 2, 20, -6
  RR rem, -2, -20, -6
  RR rem, 0, 0x8000000000000000, 1
  RR rem, 0, 0x8000000000000000, -1
  RR rem, 7, 7, 0
  RR rem, 0x8000000000000000, 0x8000000000000000, 0

  RR remu, 2, 20, 6
  RR remu, 2, -20, 6
  RR remu, 20, 20, -6
  RR remu, 0x8000000000000000, 0x8000000000000000, -1
  RR remu, 7, 7, 0
  RR remu, -1, -1, 0
  R_SAME remu, 0, -77

  RR divw, 3, 20, 6
  RR divw, -3, 0xffffffec, 6
  RR divw, 0xffffffff80000000, 0x80000000, 1
  RR divw, 0xffffffff80000000, 0x80000000, 0xffffffff
  RR divw, -1, 7, 0x100000000
  RR divw, 5, 0xaa0000000a, 0xbb00000002
  RR divuw, 3, 20, 6
  RR divuw, 0x2aaaaaa7, 0xffffffec, 6
  RR divuw, 0, 0x80000000, 0xffffffff
  RR divuw, -1, 7, 0
  RR divuw, 0xffffffff80000000, 0x80000000, 1
  RR divuw, 0xffffffffffffffff, 0xffffffff, 1

  RR remw, 2, 20, 6
  RR remw, -2, 0xffffffec, 6
  RR remw, 0, 0x80000000, 0xffffffff
  RR remw, 7, 0xff00000007, 0
  RR remw, 0xffffffff80000000, 0x80000000, 0x100000000
  RR remuw, 2, 20, 6
  RR remuw, 2, 0xffffffec, 6
  RR remuw, 0xffffffff80000000, 0x80000000, 0xffffffff
  RR remuw, 0xffffffffffffffff, 0xffffffff, 0
  RR remuw, 7, 0xff00000007, 0

  FINISH
