// menvcfg.ADUE, and a look at what the hardware wrote.
#pragma once

#define menvcfg 0x30a
#define henvcfg 0x60a
#define ADUE 0x2000000000000000

// The first entry of the table must have these low bits.
.macro FLAGS_ARE table, flags
  ld t5, \table
  li t6, 0xff
  and t5, t5, t6
  li t6, \flags
  bne t5, t6, fail
.endm
