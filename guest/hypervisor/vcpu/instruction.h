// Decoding the instructions that Memvisor carries out for the guest.
#pragma once

#include "types.h"

// A load or store of a register.
struct transfer {
  int   store;
  int   bytes;     // of memory
  int   is_signed; // a load that extends the sign
  int   is_float;  // the register is an f register
  uint  reg;
  uint  base;      // x[base] + offset is the address; see instruction_address
  int   offset;
  int   length;    // of the instruction
};

static inline int
instruction_bytes(uint32 instruction)
{
  return (instruction & 3) == 3 ? 4 : 2;
}

static inline uint
instruction_rd(uint32 instruction)
{
  return instruction >> 7 & 31;
}

static inline uint
instruction_rs1(uint32 instruction)
{
  return instruction >> 15 & 31;
}

static inline int
instruction_is_sfence(uint32 instruction)
{
  return (instruction & 0xfe007fffU) == 0x12000073U;
}

static inline int
instruction_is_wfi(uint32 instruction)
{
  return instruction == 0x10500073U;
}

// csrrw, csrrs, csrrc or their immediate forms, on CSR 0x180.
static inline int
instruction_is_satp(uint32 instruction)
{
  return (instruction & 0xfff0007fU) == 0x18000073U && (instruction >> 12 & 3) != 0;
}

// Of an instruction that accesses a CSR: which access it is, and whether its operand is the number in
// rs1's place instead of a register's content.
enum { INSTRUCTION_CSRRW = 1, INSTRUCTION_CSRRS, INSTRUCTION_CSRRC };

static inline uint
instruction_csr_operation(uint32 instruction)
{
  return instruction >> 12 & 3;
}

static inline int
instruction_has_immediate(uint32 instruction)
{
  return instruction >> 14 & 1;
}

// Decodes the loads and stores of I, F, D, C and Zcb. -1: it is none of them (an AMO, which no
// device takes, …).
int instruction_transfer(uint32 instruction, struct transfer *t);

// Puts base and offset into `t`, which was decoded from `instruction`.
void instruction_address(uint32 instruction, struct transfer *t);
