// Memv6 as it should be: each original is paired, its entry leads to its own backup frame, and is
// taken away with it.

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
  *leaf = 0;
}

#include "mirror/mirror_body.h"
