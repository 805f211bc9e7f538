// Broken on purpose, for the audit: the entry of a user page's backup leads to the original's own frame,
// as in the published MemV6 source. Such a backup is an alias and protects nothing. Linked around
// mirror_on.c (--wrap).

#include "mirror/mirror.h"

void __real_mirror_enter(pte_t *slot, uint64 pa);

void
__wrap_mirror_enter(pte_t *slot, uint64 pa)
{
  __real_mirror_enter(slot, pa);
  *slot = PA2PTE(pa) | PTE_FLAGS(*slot);
}
