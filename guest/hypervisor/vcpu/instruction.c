// Decoding the loads and stores that Memvisor carries out for the guest.

#include "vcpu/instruction.h"

#define OPCODE_LOAD        0x03U
#define OPCODE_LOAD_FLOAT  0x07U
#define OPCODE_STORE       0x23U
#define OPCODE_STORE_FLOAT 0x27U
#define STACK_POINTER      2

// Bits `low` and up of the instruction, `count` of them, moved to bit `to`.
static uint32
field(uint32 instruction, int low, int count, int to)
{
  return (instruction >> low & ((1U << count) - 1)) << to;
}

// Consoles are driven by these: base and offset are left to instruction_address.
static int
transfer_long(uint32 instruction, struct transfer *t)
{
  uint opcode = instruction & 0x7f, width = instruction >> 12 & 7;
  t->length = 4;
  t->bytes = 1 << (width & 3);
  t->is_signed = width < 4;
  t->is_float = opcode & 4;
  t->store = opcode >> 5 & 1;
  t->reg = t->store ? instruction >> 20 & 31 : instruction_rd(instruction);
  switch(opcode){
  case OPCODE_LOAD:
    return width != 7 ? 0 : -1;
  case OPCODE_STORE:
    return width < 4 ? 0 : -1;
  case OPCODE_LOAD_FLOAT:
  case OPCODE_STORE_FLOAT:
    return width == 2 || width == 3 ? 0 : -1;
  }
  return -1;
}

void
instruction_address(uint32 instruction, struct transfer *t)
{
  int upper = (int)instruction >> 20; // imm[11:0] of a load, imm[11:5] and rs2 of a store
  if(t->length != 4)
    return; // it is there
  t->base = instruction_rs1(instruction);
  t->offset = t->store ? (upper & ~31) | (int)instruction_rd(instruction) : upper;
}

// Zcb: c.lbu, c.lhu, c.lh, c.sb, c.sh.
static int
transfer_narrow(uint32 instruction, struct transfer *t)
{
  uint funct6 = instruction >> 10 & 7;
  int half = funct6 & 1;
  t->store = funct6 >= 2;
  t->bytes = half ? 2 : 1;
  t->is_signed = half && field(instruction, 6, 1, 0);
  t->offset = half ? field(instruction, 5, 1, 1) :
                     field(instruction, 5, 1, 1) | field(instruction, 6, 1, 0);
  return funct6 < 4 && !(t->store && t->is_signed) ? 0 : -1;
}

// Quadrant 0: c.fld, c.lw, c.ld, c.fsd, c.sw, c.sd. Registers are x8-15 or f8-15.
static int
transfer_registers(uint32 instruction, struct transfer *t)
{
  uint funct3 = instruction >> 13 & 7;
  t->reg = 8 + field(instruction, 2, 3, 0);
  t->base = 8 + field(instruction, 7, 3, 0);
  if(funct3 == 4)
    return transfer_narrow(instruction, t);
  t->offset = field(instruction, 10, 3, 3);
  if(t->bytes == 8)
    t->offset |= field(instruction, 5, 2, 6);
  else
    t->offset |= field(instruction, 6, 1, 2) | field(instruction, 5, 1, 6);
  return funct3 != 0 ? 0 : -1;
}

// Quadrant 2: the same by the stack pointer.
static int
transfer_stack(uint32 instruction, struct transfer *t)
{
  int wide = t->bytes == 8;
  t->base = STACK_POINTER;
  t->reg = t->store ? instruction >> 2 & 31 : instruction_rd(instruction);
  if(t->store && wide)
    t->offset = field(instruction, 10, 3, 3) | field(instruction, 7, 3, 6);
  else if(t->store)
    t->offset = field(instruction, 9, 4, 2) | field(instruction, 7, 2, 6);
  else if(wide)
    t->offset = field(instruction, 12, 1, 5) | field(instruction, 5, 2, 3) |
                field(instruction, 2, 3, 6);
  else
    t->offset = field(instruction, 12, 1, 5) | field(instruction, 4, 3, 2) |
                field(instruction, 2, 2, 6);
  uint funct3 = instruction >> 13 & 3;
  return funct3 != 0 && (t->store || t->is_float || t->reg != 0) ? 0 : -1;
}

static int
transfer_compressed(uint32 instruction, struct transfer *t)
{
  uint funct3 = instruction >> 13 & 7; // 1 or 5: fld, fsd; 2 or 6: lw, sw; 3 or 7: ld, sd
  t->length = 2;
  t->is_signed = 1;
  t->is_float = (funct3 & 3) == 1;
  t->store = funct3 >= 4;
  t->bytes = funct3 & 1 ? 8 : 4;
  switch(instruction & 3){
  case 0:
    return transfer_registers(instruction, t);
  case 2:
    return transfer_stack(instruction, t);
  }
  return -1;
}

int
instruction_transfer(uint32 instruction, struct transfer *t)
{
  return instruction_bytes(instruction) == 4 ? transfer_long(instruction, t) :
                                               transfer_compressed(instruction, t);
}
