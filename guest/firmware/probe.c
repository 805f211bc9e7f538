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

// Executes `load` as a probe within a trap. A trap within a trap loses where that came from and from which
// mode, so both are kept.
#define probe_load(load) ({ \
    uint64 epc_ = csr_read(mepc), status_ = csr_read(mstatus); \
    probe_begin(); \
    load; \
    int failed_ = probe_end(); \
    csr_write(mepc, epc_); \
    csr_write(mstatus, status_); \
    failed_; })

int
probe_byte(uint64 at)
{
  uint64 found;
  return probe_load(__asm__ volatile("lbu %0, 0(%1)" : "=r"(found) : "r"(at) : "memory"));
}

int
probe_caller(uint64 at, uint64 *word)
{
  return probe_load(__asm__ volatile(".option push\n .option norvc\n"
                                     "csrs mstatus, %1\n ld %0, 0(%2)\n csrc mstatus, %1\n"
                                     ".option pop"
                                     : "=&r"(*word) : "r"(MSTATUS_MPRV), "r"(at) : "memory"));
}
