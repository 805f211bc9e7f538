// Broken on purpose, for the audit: once, a backup leaf is open to user code. It is the first, in the
// root with which the guest's kernel starts.

#include "backup/backup.h"
#include "backup/backup_space.h"
#include "memory/frames.h"

void
backup_leaf(uint32 table, uint index, uint32 original)
{
  static int done;
  pte_t leaf = backup_pte(originals.frame[original].backup);
  if(!done)
    leaf |= PTE_U;
  done = 1;
  backup_table(table)[index] = leaf;
}

void
backup_clear(uint32 table, uint index)
{
  backup_table(table)[index] = 0;
}
