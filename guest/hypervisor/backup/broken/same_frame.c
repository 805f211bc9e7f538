// Broken on purpose, for the audit: a backup leaf leads to the original itself. Linked around
// backup_entry.c (--wrap).

#include "backup/backup.h"
#include "backup/backup_space.h"
#include "memory/frames.h"

void
__wrap_backup_leaf(uint32 table, uint index, uint32 original)
{
  backup_table(table)[index] = PA2PTE(frame_address(original)) | BACKUP_LEAF;
}
