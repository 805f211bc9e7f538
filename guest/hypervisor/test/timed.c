// Measures exits: linked around exit_handle (--wrap) in memvisor-timed. Interrupts are off while an exit
// is handled, so the longest exit is how long a guest can hold the hart.

#include "exit.h"
#include "riscv.h"

#define CAUSES 32 // exceptions, and from here on interrupts

uint64 exit_longest[2 * CAUSES]; // in cycles, by cause

enum exit_result __real_exit_handle(struct vcpu *vcpu, uint64 cause, uint64 value);
void __real_exit_handle_complete(struct vcpu *vcpu, uint64 cause, uint64 value);

static uint64 began;

static void
ended(uint64 cause)
{
  uint64 took = csr_read(cycle) - began;
  uint slot = cause % CAUSES + (cause & CAUSE_INTERRUPT ? CAUSES : 0);
  if(took > exit_longest[slot])
    exit_longest[slot] = took;
}

enum exit_result
__wrap_exit_handle(struct vcpu *vcpu, uint64 cause, uint64 value)
{
  began = csr_read(cycle);
  enum exit_result result = __real_exit_handle(vcpu, cause, value);
  if(result == EXIT_RESUME)
    ended(cause);
  return result;
}

void
__wrap_exit_handle_complete(struct vcpu *vcpu, uint64 cause, uint64 value)
{
  __real_exit_handle_complete(vcpu, cause, value);
  ended(cause);
}
