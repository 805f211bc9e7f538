// The entries that lead to backups, as they should be: each original is paired, and its entry leads to its own
// backup frame, for the kernel alone, until it is erased.

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
  *leaf = 0;
}
