// Trying what a hart may lack: an illegal instruction while a probe is under way is skipped and
// remembered.

#include "firmware.h"

int probe_faulted;

static volatile int probing;

void
probe_begin(void)
{
  probe_faulted = 0;
  probing = 1;
}

int
probe_end(void)
{
  probing = 0;
  return probe_faulted ? -1 : 0;
}

int
probe_skip(void)
{
  if(!probing)
    return 0;
  probe_faulted = 1;
  return 1;
}
