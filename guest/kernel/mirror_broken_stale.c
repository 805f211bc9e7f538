// Broken on purpose, for the audit: the entry of a backup outlives its page, as after the published MemV6
// source's deallocuvm. It then leads to a frame that is free, or already somebody else's backup.

#include "backup.h"

int
mirror_frame(uint32 original)
{
  return backup_pair(original);
}

void
backup_enter(pte_t *leaf, uint32 original)
{
  *leaf = PA2PTE(backup_address(frames[original].backup)) | PTE_V | PTE_R | PTE_W | PTE_A | PTE_D;
}

void
backup_erase(pte_t *leaf)
{
  (void)leaf;
}
