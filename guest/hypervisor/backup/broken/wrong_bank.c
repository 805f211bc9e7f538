// Broken on purpose, for the audit: once, a backup leaf leads into the bank of the originals. It is the
// first, in the root with which the guest's kernel starts. Linked around backup_entry.c (--wrap).

#include "backup/backup.h"
#include "backup/backup_space.h"
#include "memory/frames.h"

void __real_backup_leaf(uint32 table, uint index, uint32 original);

void
__wrap_backup_leaf(uint32 table, uint index, uint32 original)
{
  static int done;
  __real_backup_leaf(table, index, original);
  if(!done)
    backup_table(table)[index] = PA2PTE(frame_address(original ^ 1)) | BACKUP_LEAF;
  done = 1;
}
