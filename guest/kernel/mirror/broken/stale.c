// Broken on purpose, for the audit: the entry of a backup outlives its page, as after the published
// MemV6 source's deallocuvm. It then leads to a frame that is free, or already somebody else's
// backup.

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
  (void)leaf;
}

#include "mirror/mirror_body.h"
