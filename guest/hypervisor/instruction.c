// Instructions that Memvisor carries out for the guest.

#include "instruction.h"
#include "paging.h"

#define OPCODE_LOAD  0x03U
#define OPCODE_STORE 0x23U

#define CSRRW 1
#define CSRRS 2

void
instruction_satp(struct vcpu *vcpu, uint32 instruction)
{
  uint64 old = vcpu->satp;
  uint rs1 = instruction_rs1(instruction);
  uint64 operand = instruction >> 14 & 1 ? rs1 : vcpu->x[rs1];
  uint operation = instruction >> 12 & 3;
  if(operation == CSRRW)
    paging_set_root(vcpu, operand);
  else if(rs1 != 0)
    paging_set_root(vcpu, operation == CSRRS ? old | operand : old & ~operand);
  if(instruction_rd(instruction) != 0)
    vcpu->x[instruction_rd(instruction)] = old;
}

static int
transfer_long(uint32 instruction, struct transfer *t)
{
  uint width = instruction >> 12 & 7;
  t->length = 4;
  t->bytes = 1 << (width & 3);
  t->is_signed = width < 4;
  if((instruction & 0x7f) == OPCODE_LOAD && width != 7){
    t->store = 0;
    t->reg = instruction_rd(instruction);
    return 0;
  }
  if((instruction & 0x7f) == OPCODE_STORE && width < 4){
    t->store = 1;
    t->reg = instruction >> 20 & 31;
    return 0;
  }
  return -1;
}

// The compressed ones: lw, ld, sw, sd, in their register (quadrant 0) and stack-pointer (2) forms.
static int
transfer_compressed(uint32 instruction, struct transfer *t)
{
  uint quadrant = instruction & 3;
  uint funct3 = instruction >> 13 & 7;
  t->length = 2;
  t->is_signed = 1;
  if(quadrant == 1 || (funct3 & 3) < 2)
    return -1; // not a transfer, or one of a floating-point register
  t->store = funct3 >= 4;
  t->bytes = (funct3 & 1) ? 8 : 4;
  if(quadrant == 0)
    t->reg = 8 + (instruction >> 2 & 7);
  else
    t->reg = t->store ? instruction >> 2 & 31 : instruction_rd(instruction);
  return 0;
}

int
instruction_transfer(uint32 instruction, struct transfer *t)
{
  return instruction_bytes(instruction) == 4 ? transfer_long(instruction, t) :
                                               transfer_compressed(instruction, t);
}
