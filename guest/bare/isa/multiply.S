// M: products, low and high halves, every mix of signs.

#include "test.h"

START

  RR mul, 0, 0, 0
  RR mul, 6, 2, 3
  RR mul, 0xfffffffffffffff4, -3, 4
  RR mul, 1, -1, -1
  RR mul, 0x8000000000000000, 0x8000000000000000, 1
  RR mul, 0, 0x8000000000000000, 2
  RR mul, 0xfffffffe00000001, 0xffffffff, 0xffffffff
  RR mul, 0x35a1df76f0d5adf0, 0x123456789abcdef0, 0xfedcba9876543211
  R_SAME mul, 0x0000000100000000, 0x10000

  RR mulh, 0, 2, 3
  RR mulh, -1, -1, 1
  RR mulh, 0, -1, -1
  RR mulh, 0x4000000000000000, 0x8000000000000000, 0x8000000000000000
  RR mulh, 0xc000000000000000, 0x8000000000000000, 0x7fffffffffffffff
  RR mulh, 0x3fffffffffffffff, 0x7fffffffffffffff, 0x7fffffffffffffff
  RR mulh, 1, 0x100000000, 0x100000000
  RR mulh, 0x0fffffff, 0x7fffffff, 0x2000000000000000

  RR mulhu, 0, 2, 3
  RR mulhu, 0, -1, 1
  RR mulhu, 0xfffffffffffffffe, -1, -1
  RR mulhu, 0x4000000000000000, 0x8000000000000000, 0x8000000000000000
  RR mulhu, 0x3fffffffffffffff, 0x8000000000000000, 0x7fffffffffffffff
  RR mulhu, 1, 0x100000000, 0x100000000

  RR mulhsu, 0, 2, 3
  RR mulhsu, -1, -1, 1
  RR mulhsu, -1, -1, -1
  RR mulhsu, 0, 1, -1
  RR mulhsu, 0xc000000000000000, 0x8000000000000000, 0x8000000000000000
  RR mulhsu, 0x8000000000000000, 0x8000000000000000, -1
  RR mulhsu, 0x7ffffffffffffffe, 0x7fffffffffffffff, -1

  RR mulw, 6, 2, 3
  RR mulw, 1, 0xffffffff, 0xffffffff
  RR mulw, 0xffffffff80000000, 0x80000000, 1
  RR mulw, 0, 0x80000000, 2
  RR mulw, 0x7fffffff, 0xff7fffffff, 0xaa00000001
  RR mulw, 0xffffffff80000000, 0x40000000, 2

  FINISH
