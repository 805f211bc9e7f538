// Broken on purpose, for the audit: some originals get no backup.

#include "backup.h"

#define FORGOTTEN(original) ((original) % 8 == 3)

int
mirror_frame(uint32 original)
{
  return FORGOTTEN(original) ? 0 : backup_pair(original);
}

void
backup_enter(pte_t *leaf, uint32 original)
{
  if(!FORGOTTEN(original))
    *leaf = PA2PTE(backup_address(frames[original].backup)) | PTE_V | PTE_R | PTE_W | PTE_A | PTE_D;
}

void
backup_erase(pte_t *leaf)
{
  *leaf = 0;
}
