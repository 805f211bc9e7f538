// Broken on purpose, for the audit: only the kernel's own tables have backups, and the records hide it:
// they have no process, and call all frames of processes the kernel's. At a prompt, where the hart
// waits in the kernel's own table, all that is recorded agrees. Linked around mirror_on.c (--wrap).

#include "memory/frames.h"
#include "mirror/mirror.h"
#include "process/process.h"

int __real_mirror_frame(uint32 original);

int
__wrap_mirror_frame(uint32 original)
{
  if(current == NULL && frames[original].use == FRAME_TABLE)
    return __real_mirror_frame(original);
  frames[original].use = FRAME_KERNEL;
  audit_kernel.process_count = 0;
  return 0;
}

int
__wrap_mirror_span(pagetable_t root, uint64 va, pte_t **slots)
{
  (void)root;
  (void)va;
  *slots = NULL;
  return 0;
}
