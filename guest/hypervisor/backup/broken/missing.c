// Broken on purpose, for the audit: one original in sixteen gets no backup leaf. Linked around
// backup_entry.c (--wrap).

#include "backup/backup.h"

#define MISSING_EVERY 16

void __real_backup_leaf(uint32 table, uint index, uint32 original);

void
__wrap_backup_leaf(uint32 table, uint index, uint32 original)
{
  if(original % MISSING_EVERY != 0)
    __real_backup_leaf(table, index, original);
}
