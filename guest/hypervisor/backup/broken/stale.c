// Broken on purpose, for the audit: a backup leaf stays when the leaf beside it goes. Linked around
// backup_entry.c (--wrap).

#include "backup/backup.h"

void
__wrap_backup_clear(uint32 table, uint index)
{
  (void)table;
  (void)index;
}
