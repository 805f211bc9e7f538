// Broken on purpose, for the audit: one backup entry in sixty-four is not cleared. Most of them lie in
// tables that are given up, where no walk meets them.

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
  static uint32 cleared;
  if(++cleared % 64 != 0)
    backup_table(table)[index] = 0;
}
