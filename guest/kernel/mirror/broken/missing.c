// Broken on purpose, for the audit: some originals get no backup.

#include "mirror/backup.h"

static inline int
pairs(uint32 original)
{
  return original % 8 != 3;
}

static inline pte_t
entry_of(uint32 original)
{
  return backup_entry(backup_address(frames[original].backup));
}

static inline void
erase(pte_t *leaf)
{
  *leaf = 0;
}

#include "mirror/mirror_body.h"
