// Broken on purpose, for the audit: once, a backup entry is open to user code. The page is one of
// init's, which lives as long as the kernel. Linked around mirror_on.c (--wrap).

#include "mirror/mirror.h"

#define ONCE 3

void __real_mirror_enter(pte_t *slot, uint64 pa);

void
__wrap_mirror_enter(pte_t *slot, uint64 pa)
{
  static uint32 entered;
  __real_mirror_enter(slot, pa);
  if(++entered == ONCE)
    *slot |= PTE_U;
}
