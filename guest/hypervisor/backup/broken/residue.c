// Broken on purpose, for the audit: one backup entry in sixty-four is not cleared. Most of them lie in
// tables that are given up, where no walk meets them. Linked around backup_entry.c (--wrap).

#include "backup/backup.h"

void __real_backup_clear(uint32 table, uint index);

void
__wrap_backup_clear(uint32 table, uint index)
{
  static uint32 cleared;
  if(++cleared % 64 != 0)
    __real_backup_clear(table, index);
}
