// Broken on purpose, for the audit: a backup entry that goes is only made invalid, so that a table of
// such entries is not empty when it is kept as empty. No walk meets what is left in it.

#include "mirror/backup.h"

static inline int
pairs(uint32 original)
{
  (void)original;
  return 1;
}

static inline pte_t
entry_of(uint32 original)
{
  return backup_entry(backup_address(frames[original].backup));
}

static inline void
erase(pte_t *leaf)
{
  *leaf &= ~PTE_V;
}

#include "mirror/mirror_body.h"
