// Traps. A trap from user mode is a system call, a page fault that may be answered with a frame, an
// interrupt, or a fault that ends the process. A trap from the kernel is a defect. Interrupts are
// not taken by trapping in the kernel at all: the idle loop waits with wfi, which wakes for what
// sie enables whether or not sstatus.SIE is set, and then looks at sip.

#include "trap/trap.h"
#include "memory/frames.h"
#include "device/plic.h"
#include "print.h"
#include "process/process.h"
#include "trap/syscall.h"
#include "trap/timer.h"
#include "memory/vm.h"

extern char trampoline[], user_vector[], user_return[]; // trampoline.S
void kernel_vector(void);

uint64 page_faults;

static void
await_users(void)
{
  csr_write(stvec, TRAMPOLINE + (user_vector - trampoline));
}

void
trap_init(void)
{
  csr_clear(sstatus, SSTATUS_SIE | SSTATUS_FS); // no code saves f registers, so no process may use them
  csr_write(stvec, (uint64)kernel_vector);
  csr_write(sie, IP_SEIP | IP_STIP);
}

int
interrupts_take(void)
{
  uint64 pending = csr_read(sip) & csr_read(sie);
  if(pending & IP_SEIP)
    plic_take();
  if(pending & IP_STIP)
    timer_interrupt();
  return (pending & IP_STIP) != 0;
}

void
interrupts_await(void)
{
  __asm__ volatile("wfi");
  interrupts_take();
}

static int
answer_page_fault(uint64 cause, uint64 va)
{
  if(cause != CAUSE_LOAD_PAGE && cause != CAUSE_STORE_PAGE)
    return -1;
  return va < USER_TOP ? uvm_fault(current, va) : -1;
}

static void
user_trap(void)
{
  csr_write(stvec, (uint64)kernel_vector);
  struct process *p = current;
  uint64 cause = csr_read(scause);
  uint64 stval = csr_read(stval);
  int tick = 0;
  if(cause == CAUSE_ECALL_U){
    if(p->killed)
      process_exit(-1);
    p->trapframe->epc += 4;
    syscall();
  } else if(cause & CAUSE_INTERRUPT)
    tick = interrupts_take();
  else if(answer_page_fault(cause, stval) < 0){
    print("%d %s: cause %ld sepc %p stval %p\n", p->pid, p->name, cause,
          (void *)p->trapframe->epc, (void *)stval);
    p->killed = 1;
  }
  if(p->killed)
    process_exit(-1);
  if(tick)
    yield();
  trap_return();
}

void
trap_return(void)
{
  struct process *p = current;
  if(p->killed)
    process_exit(-1);
  p->trapframe->kernel_satp = MAKE_SATP(kernel_root);
  p->trapframe->kernel_sp = p->kstack + KSTACK_BYTES;
  p->trapframe->handler = (uint64)user_trap;
  await_users();
  csr_write(sscratch, TRAPFRAME);
  csr_write(sepc, p->trapframe->epc);
  csr_clear(sstatus, SSTATUS_SPP);
  csr_set(sstatus, SSTATUS_SPIE);
  void (*enter)(uint64) = (void (*)(uint64))(TRAMPOLINE + (user_return - trampoline));
  enter(MAKE_SATP(p->root));
  __builtin_unreachable();
}

// From kernel_vector.
void
kernel_fault(void)
{
  print("\nkernel: cause %ld sepc %p stval %p pid %d\n", csr_read(scause), (void *)csr_read(sepc),
        (void *)csr_read(stval), current != NULL ? current->pid : 0);
  panic("trap: the kernel faulted");
}
