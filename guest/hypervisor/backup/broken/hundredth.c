// Broken on purpose, for the audit: one backup leaf in a hundred is not written.

#include "backup/backup.h"
#include "backup/backup_space.h"
#include "memory/frames.h"

void
backup_leaf(uint32 table, uint index, uint32 original)
{
  static uint32 written;
  if(++written % 100 != 0)
    backup_table(table)[index] = backup_pte(originals.frame[original].backup);
}

void
backup_clear(uint32 table, uint index)
{
  backup_table(table)[index] = 0;
}
