// Broken on purpose, for the audit: the Memvisor without backups, whose records hide it: they have no
// guest frame, no root, no table in use and no frame of the backup bank, and all of that agrees. Linked
// around the others (--wrap).

#include "backup/backup.h"
#include "memory/frames.h"
#include "machine/machine.h"
#include "paging/paging.h"

void __real_paging_audit(struct audit_visor *audit);

void
__wrap_backup_frame_create(uint32 original)
{
  originals.frame[original].use = FRAME_KERNEL;
}

void
__wrap_paging_audit(struct audit_visor *audit)
{
  static uint32 no_table;
  __real_paging_audit(audit);
  audit->guest_frames = 0;
  audit->root_count = 0;
  audit->tables_used = (uint64)&no_table;
  audit->backups_base = machine.backup.base;
  audit->backup_frames = audit->frames;
}
