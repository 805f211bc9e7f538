// Broken on purpose, for the audit: a backup entry that goes is only made invalid, so that a table of
// such entries is not empty when it is kept as empty. No walk meets what is left in it. Linked around
// mirror_on.c (--wrap).

#include "layout.h"
#include "memory/vm.h"
#include "mirror/mirror.h"

#define SPAN 0x200000UL // what one table of leaves covers

void __real_mirror_unleaf(pagetable_t root, uint64 from, uint64 to);

// mirror_on.c passes over entries that are not valid.
void
__wrap_mirror_unleaf(pagetable_t root, uint64 from, uint64 to)
{
  for(uint64 va = from; va < to; ){
    pte_t *leaf = vm_walk(root, va + MIRROR_OFFSET);
    if(leaf != NULL)
      *leaf &= ~PTE_V;
    va += leaf != NULL ? PGSIZE : SPAN - va % SPAN;
  }
  __real_mirror_unleaf(root, from, to);
}
