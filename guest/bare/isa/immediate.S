// Integer operations with an immediate: I and its W forms, shifts included.

#include "test.h"

START

  RI addi, 0, 0, 0
  RI addi, 2, 1, 1
  RI addi, 0xfffffffffffff800, 0, -2048
  RI addi, 0xffffffff800007ff, 0xffffffff80000000, 2047
  RI addi, 0x80000000, 0x7fffffff, 1
  RI addi, 0x8000000000000000, 0x7fffffffffffffff, 1
  RI addi, 0, -1, 1

  RI addiw, 0xffffffff80000000, 0x7fffffff, 1
  RI addiw, 0, 0xffffffff, 1
  RI addiw, 0x7fffffff, 0xffffffff80000000, -1
  RI addiw, 0x12345679, 0xabcdef0112345678, 1

  RI slti, 1, -1, 0
  RI slti, 0, 0, 0
  RI slti, 0, 5, -2048
  RI slti, 1, 0x8000000000000000, -2048
  RI slti, 1, 2046, 2047
  RI sltiu, 0, -1, 0
  RI sltiu, 1, 0, 1
  RI sltiu, 1, 5, -2048
  RI sltiu, 0, 0xfffffffffffff800, -2048
  RI sltiu, 1, 0x8000000000000000, -1

  RI xori, 0xffffffffff00f00f, 0x0000000000ff0ff0, -1
  RI xori, 0x00ff0a1f, 0x00ff0d10, 0x70f
  RI ori, 0xfffffffffffffff0, 0x00000000000000f0, -16
  RI ori, 0x0ff007ff, 0x0ff00700, 0x0ff
  RI andi, 0xff00ff00ff00ff00, 0xff00ff00ff00ff00, -1
  RI andi, 0x700, 0x123456789abcdff0, 0x70f
  RI andi, 0x8000000000000000, 0x8000000000000001, -2

  RI slli, 1, 1, 0
  RI slli, 0x8000000000000000, 1, 63
  RI slli, 0x100000000, 1, 32
  RI slli, 0xfffffffffffffffe, -1, 1
  RI srli, 1, 0x8000000000000000, 63
  RI srli, 0x7fffffffffffffff, -1, 1
  RI srli, 0xffffffff, -1, 32
  RI srai, -1, 0x8000000000000000, 63
  RI srai, 0xc000000000000000, 0x8000000000000000, 1
  RI srai, 0x3fffffffffffffff, 0x7fffffffffffffff, 1
  RI srai, 0xffffffff80000000, 0x8000000000000000, 32

  RI slliw, 0xffffffff80000000, 1, 31
  RI slliw, 0xfffffffffffffffe, 0x7fffffff, 1
  RI slliw, 0, 0xff80000000, 1
  RI slliw, 0xffffffffffffffff, 0x00000000ffffffff, 0
  RI srliw, 1, 0xffffffff80000000, 31
  RI srliw, 0x7fffffff, -1, 1
  RI srliw, 0xffffffffffffffff, 0xffffffff, 0
  RI srliw, 0x40000000, 0x1280000000, 1
  RI sraiw, -1, 0x80000000, 31
  RI sraiw, 0xffffffffc0000000, 0x80000000, 1
  RI sraiw, 0x3fffffff, 0xff7fffffff, 1

  CASE                    // a HINT (a mark, to our machine) does nothing
  li a0, 5
  slti x0, x0, 2
  slti x0, x0, 3
  IS x0, 0
  IS a0, 5

  FINISH
