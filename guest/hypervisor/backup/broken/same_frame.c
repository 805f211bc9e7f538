// Broken on purpose, for the audit: the backup entry leads to the original itself.

#include "backup/backup.h"
#include "backup/backup_space.h"
#include "memory/frames.h"

void
backup_leaf(uint32 table, uint index, uint32 original)
{
  backup_table(table)[index] = PA2PTE(frame_address(original)) | BACKUP_LEAF;
}

void
backup_clear(uint32 table, uint index)
{
  backup_table(table)[index] = 0;
}
