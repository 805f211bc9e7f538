// Integer operations on two registers: I and its W forms.

#include "test.h"

START

  RR add, 0, 0, 0
  RR add, 0xffffffffffff8000, 0, 0xffffffffffff8000
  RR add, 0x8000000000000000, 0x7fffffffffffffff, 1
  RR add, 0xfffffffffffffffe, -1, -1
  RR add, 0x0000000100000000, 0xffffffff, 1
  R_SAME add, 0xfffffffffffffffe, -1

  RR addw, 0xffffffff80000000, 0x7fffffff, 1
  RR addw, 0, 0xffffffff, 1
  RR addw, 0x11111111, 0xffff000000000000, 0x0000ffff11111111
  RR addw, 0xfffffffffffffffe, -1, -1

  RR sub, 0, 5, 5
  RR sub, 0x7fffffffffffffff, 0x8000000000000000, 1
  RR sub, -1, 0, 1
  RR sub, 0xffffffff00000001, 1, 0x100000000
  R_SAME sub, 0, 0x123456789abcdef0

  RR subw, 0x7fffffff, 0x80000000, 1
  RR subw, 0xffffffff80000001, 1, 0x80000000
  RR subw, 0, 0x500000005, 0x600000005

  RR sll, 0x8000000000000000, 1, 63
  RR sll, 1, 1, 64
  RR sll, 0x100000000, 1, 0xffffffffffffffe0
  RR sll, 0x2468acf13579bde0, 0x123456789abcdef0, 1
  RR srl, 1, 0x8000000000000000, 63
  RR srl, 0x8000000000000000, 0x8000000000000000, 64
  RR srl, 0xffffffff, -1, 0xfa0
  RR sra, -1, 0x8000000000000000, 63
  RR sra, 0x8000000000000000, 0x8000000000000000, 128
  RR sra, 0x3fffffff, 0x7fffffff00000000, 33

  RR sllw, 0xffffffff80000000, 1, 31
  RR sllw, 1, 1, 32
  RR sllw, 0xffffffffffffffff, 0x00000000ffffffff, 0x40
  RR srlw, 1, 0x80000000, 31
  RR srlw, 0xffffffff80000000, 0x80000000, 32
  RR srlw, 0x0fffffff, -1, 0xffe4
  RR sraw, -1, 0x80000000, 31
  RR sraw, 0xffffffff80000000, 0xff80000000, 32
  RR sraw, 0x07ffffff, 0xffffffff7fffffff, 4

  RR slt, 1, -1, 0
  RR slt, 0, 0, -1
  RR slt, 0, 7, 7
  RR slt, 1, 0x8000000000000000, 0x7fffffffffffffff
  RR slt, 0, 0x80000000, 0x7fffffff
  RR sltu, 0, -1, 0
  RR sltu, 1, 0, -1
  RR sltu, 0, 7, 7
  RR sltu, 0, 0x8000000000000000, 0x7fffffffffffffff
  RR sltu, 1, 0x7fffffff, 0xffffffff80000000
  R_SAME sltu, 0, -1

  RR xor, 0xf00ff00ff00ff00f, 0xff00ff00ff00ff00, 0x0f0f0f0f0f0f0f0f
  RR or, 0xff0fff0fff0fff0f, 0xff00ff00ff00ff00, 0x0f0f0f0f0f0f0f0f
  RR and, 0x0f000f000f000f00, 0xff00ff00ff00ff00, 0x0f0f0f0f0f0f0f0f
  R_SAME xor, 0, 0x5555aaaa5555aaaa
  R_SAME and, 0x5555aaaa5555aaaa, 0x5555aaaa5555aaaa

  FINISH
