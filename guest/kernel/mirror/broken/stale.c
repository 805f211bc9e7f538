// Broken on purpose, for the audit: the entries of a backup outlive its original, as after the published
// MemV6 source's deallocuvm: its entry in the backup map always, that of a user page when its process
// shrinks. They then lead to a frame that is free, or already another original's backup. Linked around
// mirror_on.c (--wrap).

#include "layout.h"
#include "memory/frames.h"
#include "memory/vm.h"
#include "mirror/mirror.h"

void __real_mirror_release(uint32 original);
void __real_mirror_unleaf(pagetable_t root, uint64 from, uint64 to);

void
__wrap_mirror_release(uint32 original)
{
  pte_t *leaf = vm_walk(kernel_root, (uint64)frame_at(original) + MIRROR_OFFSET);
  pte_t was = *leaf;
  __real_mirror_release(original);
  *leaf = was;
}

// Where all of a process goes its backup tables must go, too.
void
__wrap_mirror_unleaf(pagetable_t root, uint64 from, uint64 to)
{
  if(from == 0)
    __real_mirror_unleaf(root, from, to);
}
