// Broken on purpose, for the audit: one backup leaf in a hundred is not written. Linked around
// backup_entry.c (--wrap).

#include "backup/backup.h"

void __real_backup_leaf(uint32 table, uint index, uint32 original);

void
__wrap_backup_leaf(uint32 table, uint index, uint32 original)
{
  static uint32 written;
  if(++written % 100 != 0)
    __real_backup_leaf(table, index, original);
}
