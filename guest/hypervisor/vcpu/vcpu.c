// The hart of a guest during an exit: sepc and sstatus.SPP say where it stopped and in which mode,
// vsstatus and its like hold the guest's own CSRs.

#include "vcpu/vcpu.h"
#include "exit.h"
#include "machine/h_csr.h"
#include "paging/paging.h"
#include "vcpu/instruction.h"

// x0, x1, x2, x5-7, x10-17, x28-31: what exit_entry saves.
#define SAVED_FIRST 0xf003fce7U

int
vcpu_has_register(const struct vcpu *vcpu, uint n)
{
  return vcpu->complete || (SAVED_FIRST >> n & 1);
}

void
vcpu_inject(struct vcpu *vcpu, uint64 cause, uint64 value)
{
  uint64 status = csr_read(vsstatus);
  (void)vcpu;
  exit_counts.injected++;
  csr_write(vsepc, csr_read(sepc));
  csr_write(vscause, cause);
  csr_write(vstval, value);
  uint64 next = status & ~(SSTATUS_SPP | SSTATUS_SPIE | SSTATUS_SIE);
  if(csr_read(sstatus) & SSTATUS_SPP)
    next |= SSTATUS_SPP;
  if(status & SSTATUS_SIE)
    next |= SSTATUS_SPIE;
  csr_write(vsstatus, next);
  csr_write(sepc, csr_read(vstvec) & ~3UL);
  csr_set(sstatus, SSTATUS_SPP);
}

int
vcpu_fetch(struct vcpu *vcpu, uint32 *instruction)
{
  uint64 at = csr_read(sepc);
  const uint16 *first = paging_fetch(vcpu, at), *second;
  if(first == NULL)
    return -1;
  second = first + 1;
  *instruction = *first;
  if(instruction_bytes(*first) == 2)
    return 0;
  if((at + 2) % PGSIZE == 0 && (second = paging_fetch(vcpu, at + 2)) == NULL)
    return -1;
  *instruction |= (uint32)*second << 16;
  return 0;
}

int
vcpu_access_satp(struct vcpu *vcpu, uint32 instruction)
{
  uint rd = instruction_rd(instruction), rs1 = instruction_rs1(instruction);
  if(!vcpu_has_register(vcpu, rd) || !vcpu_has_register(vcpu, rs1))
    return -1;
  uint64 old = vcpu->satp;
  uint64 operand = instruction_has_immediate(instruction) ? rs1 : vcpu->x[rs1];
  uint operation = instruction_csr_operation(instruction);
  if(operation == INSTRUCTION_CSRRW)
    paging_set_root(vcpu, operand);
  else if(rs1 != 0)
    paging_set_root(vcpu, operation == INSTRUCTION_CSRRS ? old | operand : old & ~operand);
  if(rd != 0)
    vcpu->x[rd] = old;
  return 0;
}
