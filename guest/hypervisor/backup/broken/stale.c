// Broken on purpose, for the audit: a backup leaf stays when the leaf beside it goes.

#include "backup/backup.h"
#include "backup/backup_space.h"
#include "memory/frames.h"

void
backup_leaf(uint32 table, uint index, uint32 original)
{
  backup_table(table)[index] = backup_pte(originals.frame[original].backup);
}

void
backup_clear(uint32 table, uint index)
{
  (void)table;
  (void)index;
}
