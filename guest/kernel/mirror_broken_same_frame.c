// Broken on purpose, for the audit: the entry of a backup leads to the original's own frame, as in the
// published MemV6 source. Such a backup is an alias and protects nothing.

#include "backup.h"

int
mirror_frame(uint32 original)
{
  return backup_pair(original);
}

void
backup_enter(pte_t *leaf, uint32 original)
{
  *leaf = PA2PTE(frame_at(original)) | PTE_V | PTE_R | PTE_W | PTE_A | PTE_D;
}

void
backup_erase(pte_t *leaf)
{
  *leaf = 0;
}
