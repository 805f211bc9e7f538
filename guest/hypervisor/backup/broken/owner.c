// Broken on purpose, for the audit: once, the record of a backup names its original's neighbour. Linked
// around backup_space.c (--wrap).

#include "backup/backup.h"
#include "memory/frames.h"

extern struct audit_visor audit_visor;

void __real_backup_frame_create(uint32 original);

// The records are known from when the audit's record is filled in, before the guest starts.
void
__wrap_backup_frame_create(uint32 original)
{
  static int done;
  struct backup_frame *records = (struct backup_frame *)audit_visor.backup_frames;
  __real_backup_frame_create(original);
  if(done || records == NULL)
    return;
  records[originals.frame[original].backup].original ^= 1;
  done = 1;
}
