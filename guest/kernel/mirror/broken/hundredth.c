// Broken on purpose, for the audit: one user page in a hundred gets no backup entry. Linked around
// mirror_on.c (--wrap).

#include "mirror/mirror.h"

void __real_mirror_enter(pte_t *slot, uint64 pa);

void
__wrap_mirror_enter(pte_t *slot, uint64 pa)
{
  static uint32 entered;
  if(++entered % 100 != 0)
    __real_mirror_enter(slot, pa);
}
