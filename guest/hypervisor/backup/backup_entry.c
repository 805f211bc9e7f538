// Backup leaves: the same place as the leaf, frame = the original's backup.

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
  backup_table(table)[index] = 0;
}
