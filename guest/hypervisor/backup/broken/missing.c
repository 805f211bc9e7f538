// Broken on purpose, for the audit: one original in sixteen gets no backup leaf.

#include "backup/backup.h"
#include "backup/backup_space.h"
#include "memory/frames.h"

#define MISSING_EVERY 16

void
backup_leaf(uint32 table, uint index, uint32 original)
{
  if(original % MISSING_EVERY == 0)
    return;
  backup_table(table)[index] = backup_pte(originals.frame[original].backup);
}

void
backup_clear(uint32 table, uint index)
{
  backup_table(table)[index] = 0;
}
