// Exits, by cause. Every exit is counted in exactly one field of exit_counts.

#include "exit.h"
#include "guest/guest.h"
#include "machine/h_csr.h"
#include "vcpu/instruction.h"
#include "device/mediate.h"
#include "device/mmio.h"
#include "paging/paging.h"
#include "machine/print.h"
#include "vcpu/sbi.h"

struct exit_counts exit_counts;

static uint64
access_fault(uint64 page_fault)
{
  return page_fault == CAUSE_INSTRUCTION_PAGE ? CAUSE_INSTRUCTION_ACCESS :
         page_fault == CAUSE_LOAD_PAGE ? CAUSE_LOAD_ACCESS : CAUSE_STORE_ACCESS;
}

// A store to a page table. One that cannot be carried out here (an AMO) goes the way of a second
// store.
static enum exit_result
table_store(struct vcpu *vcpu, uint64 va)
{
  switch(mmio_emulate(vcpu, 1, va)){
  case MMIO_REGISTERS:
    return EXIT_COMPLETE;
  case MMIO_FAULT:
    paging_written(guest_frame(vcpu->guest, GUEST_NUMBER(vcpu->guest, vcpu->device_address)));
    break;
  case MMIO_DONE:
  case MMIO_TRAPPED:
    break;
  }
  exit_counts.table_write++;
  return EXIT_RESUME;
}

static enum exit_result
page_fault(struct vcpu *vcpu, uint64 cause, uint64 va)
{
  switch(paging_fault(vcpu, cause, va)){
  case PAGING_FILLED:
    exit_counts.fill++;
    return EXIT_RESUME;
  case PAGING_WRITTEN:
    exit_counts.table_write++;
    return EXIT_RESUME;
  case PAGING_PAGE:
    vcpu_inject(vcpu, cause, va);
    return EXIT_RESUME;
  case PAGING_ACCESS:
    vcpu_inject(vcpu, access_fault(cause), va);
    return EXIT_RESUME;
  case PAGING_TABLE:
    return table_store(vcpu, va);
  case PAGING_DEVICE:
    break;
  }
  switch(mmio_emulate(vcpu, cause == CAUSE_STORE_PAGE, va)){
  case MMIO_DONE:
    exit_counts.device++;
    return EXIT_RESUME;
  case MMIO_REGISTERS:
    return EXIT_COMPLETE;
  case MMIO_TRAPPED:
    return EXIT_RESUME;
  case MMIO_FAULT:
    break;
  }
  vcpu_inject(vcpu, access_fault(cause), va);
  return EXIT_RESUME;
}

// What VS-mode may not do under VTVM; anything else of this cause is an instruction that the guest
// has not got.
static enum exit_result
virtual_instruction(struct vcpu *vcpu, uint64 value)
{
  uint32 instruction = value;
  if(instruction == 0 && vcpu_fetch(vcpu, &instruction) < 0){
    exit_counts.other++;
    return EXIT_RESUME;
  }
  int supervisor = (csr_read(sstatus) & SSTATUS_SPP) != 0;
  if(supervisor && instruction_is_sfence(instruction)){
    exit_counts.fence++;
    paging_fence(vcpu);
  } else if(supervisor && instruction_is_satp(instruction)){
    if(vcpu_access_satp(vcpu, instruction) < 0)
      return EXIT_COMPLETE;
    exit_counts.root++;
  } else if(supervisor && instruction_is_wfi(instruction)){
    exit_counts.idle++;
    __asm__ volatile("wfi");
  } else {
    vcpu_inject(vcpu, CAUSE_ILLEGAL_INSTRUCTION, instruction);
    return EXIT_RESUME;
  }
  csr_write(sepc, csr_read(sepc) + 4);
  return EXIT_RESUME;
}

static void
interrupt(struct vcpu *vcpu, uint64 cause)
{
  if(cause == (CAUSE_INTERRUPT | CAUSE_INTERRUPT_S_EXTERNAL)){
    exit_counts.external++;
    mediate_interrupt(vcpu->guest);
  } else if(cause == (CAUSE_INTERRUPT | CAUSE_INTERRUPT_S_SOFT)){
    exit_counts.external++;
    mediate_continue(vcpu->guest);
  } else if(cause == (CAUSE_INTERRUPT | CAUSE_INTERRUPT_S_TIMER)){
    exit_counts.timer++;
    csr_clear(sie, IP_STIP);
    csr_set(hvip, IP_VSTIP);
  } else
    exit_counts.other++;
}

enum exit_result
exit_handle(struct vcpu *vcpu, uint64 cause, uint64 value)
{
  switch(cause){
  case CAUSE_INSTRUCTION_PAGE:
  case CAUSE_LOAD_PAGE:
  case CAUSE_STORE_PAGE:
    return page_fault(vcpu, cause, value);
  case CAUSE_VIRTUAL_INSTRUCTION:
    return virtual_instruction(vcpu, value);
  case CAUSE_ECALL_VS:
    exit_counts.call++;
    sbi_call(vcpu);
    csr_write(sepc, csr_read(sepc) + 4);
    return EXIT_RESUME;
  case CAUSE_INSTRUCTION_ACCESS:
  case CAUSE_LOAD_ACCESS:
  case CAUSE_STORE_ACCESS:
    vcpu_inject(vcpu, cause, value);
    return EXIT_RESUME;
  }
  if(!(cause & CAUSE_INTERRUPT)){
    print("memvisor: exit with cause %lu at 0x%lx, value 0x%lx\n", cause, csr_read(sepc), value);
    guest_stop(vcpu->guest, "an exit of a cause that none should have");
  }
  interrupt(vcpu, cause);
  return EXIT_RESUME;
}

void
exit_handle_complete(struct vcpu *vcpu, uint64 cause, uint64 value)
{
  vcpu->complete = 1;
  exit_handle(vcpu, cause, value);
  vcpu->complete = 0;
}

void
exit_of_our_own(uint64 cause, uint64 pc, uint64 value)
{
  print("\nmemvisor: trap of its own: cause %lu at 0x%lx, value 0x%lx", cause, pc, value);
  panic("exit: Memvisor itself must not trap");
}
