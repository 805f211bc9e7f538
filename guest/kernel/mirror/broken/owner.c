// Broken on purpose, for the audit: once, the record of a backup names its original's neighbour. The
// original is the first process's trapframe, which lives as long as the kernel. Linked around
// mirror_on.c (--wrap).

#include "memory/frames.h"
#include "mirror/mirror.h"

int __real_mirror_frame(uint32 original);

int
__wrap_mirror_frame(uint32 original)
{
  static int done;
  if(__real_mirror_frame(original) < 0)
    return -1;
  if(!done && frames[original].use == FRAME_USER){
    struct backup_frame *records = (struct backup_frame *)audit_kernel.backup_frames;
    records[frames[original].backup].original ^= 1;
    done = 1;
  }
  return 0;
}
