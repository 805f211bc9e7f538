// Trying what a hart or a caller may lack: an instruction that traps while a probe is under way is skipped
// and remembered. It has four bytes.

#include "firmware.h"

static volatile struct {
  int probing, faulted;
} probes[MOST_HARTS];

void
probe_begin(void)
{
  uint64 self = csr_read(mhartid);
  probes[self].faulted = 0;
  probes[self].probing = 1;
}

int
probe_end(void)
{
  uint64 self = csr_read(mhartid);
  probes[self].probing = 0;
  return probes[self].faulted ? -1 : 0;
}

int
probe_skip(uint64 cause)
{
  uint64 self = csr_read(mhartid);
  int expected = cause == CAUSE_ILLEGAL_INSTRUCTION || cause == CAUSE_LOAD_ACCESS ||
                 cause == CAUSE_LOAD_MISALIGNED || cause == CAUSE_LOAD_PAGE ||
                 cause == CAUSE_HARDWARE_ERROR;
  if(!expected || !probes[self].probing)
    return 0;
  probes[self].faulted = 1;
  return 1;
}

// A trap within this one loses where it came from and from which mode, so both are kept.
int
probe_caller(uint64 at, uint64 *word)
{
  uint64 epc = csr_read(mepc), status = csr_read(mstatus), found = 0;
  probe_begin();
  __asm__ volatile(".option push\n .option norvc\n"
                   "csrs mstatus, %1\n ld %0, 0(%2)\n csrc mstatus, %1\n .option pop"
                   : "+&r"(found) : "r"(MSTATUS_MPRV), "r"(at) : "memory");
  int failed = probe_end();
  csr_write(mepc, epc);
  csr_write(mstatus, status);
  *word = found;
  return failed;
}
