// Trying what a hart may lack: an illegal instruction while a probe is under way is skipped and
// remembered.

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
probe_skip(void)
{
  uint64 self = csr_read(mhartid);
  if(!probes[self].probing)
    return 0;
  probes[self].faulted = 1;
  return 1;
}
