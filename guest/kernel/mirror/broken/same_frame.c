// Broken on purpose, for the audit: the entry of a backup leads to the original's own frame, as in
// the published MemV6 source. Such a backup is an alias and protects nothing.

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
  return backup_entry((uint64)frame_at(original));
}

static inline void
erase(pte_t *leaf)
{
  *leaf = 0;
}

#include "mirror/mirror_body.h"
