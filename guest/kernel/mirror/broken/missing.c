// Broken on purpose, for the audit: one original in eight gets no backup. Linked around mirror_on.c
// (--wrap).

#include "memory/frames.h"
#include "mirror/mirror.h"

#define MISSING_EVERY 8
#define MISSING       3

int  __real_mirror_frame(uint32 original);
void __real_mirror_enter(pte_t *slot, uint64 pa);

int
__wrap_mirror_frame(uint32 original)
{
  return original % MISSING_EVERY == MISSING ? 0 : __real_mirror_frame(original);
}

void
__wrap_mirror_enter(pte_t *slot, uint64 pa)
{
  if(frames[frame_index((void *)pa)].backup != NO_BACKUP)
    __real_mirror_enter(slot, pa);
}
