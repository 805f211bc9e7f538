// The allocator of the backup bank, of the same making as the one for originals (frames.c), but with a
// different order for a seed, so that an original and its backup do not lie alike.

#include "backup.h"
#include "print.h"

static struct backup_frame *records;
static uint32  count;
static uint64  base;
static uint32 *freed; // a stack of indices
static uint32  freed_count;
static struct order fresh;
static uint32  tables;

void
backup_frames_init(const struct placement *place, uint64 seed)
{
  base = place->backups_base;
  count = place->backups_count < MAX_FRAMES ? place->backups_count : MAX_FRAMES;
  records = metadata_take(count * sizeof(struct backup_frame));
  freed = metadata_take(count * sizeof(uint32));
  for(uint32 i = 0; i < count; i++)
    records[i] = (struct backup_frame){ .use = BACKUP_FREE };
  order_init(&fresh, count, seed == 0 ? 0 : ~seed);
  audit_kernel.backups_base = base;
  audit_kernel.backups_count = count;
  audit_kernel.backup_frames = (uint64)records;
}

uint32
backup_alloc(int use, uint32 original)
{
  uint32 i;
  if(freed_count > 0)
    i = freed[--freed_count];
  else if(fresh.taken < fresh.n)
    i = order_take(&fresh);
  else
    return NO_BACKUP;
  records[i] = (struct backup_frame){ .original = original, .use = use };
  tables += use == BACKUP_TABLE;
  return i;
}

void
backup_free(uint32 backup)
{
  if(backup >= count || records[backup].use == BACKUP_FREE)
    panic("backup_frames: freeing what is no backup in use");
  tables -= records[backup].use == BACKUP_TABLE;
  records[backup] = (struct backup_frame){ .use = BACKUP_FREE };
  freed[freed_count++] = backup;
}

uint64
backup_address(uint32 backup)
{
  return base + ((uint64)backup << PGSHIFT);
}

uint32
backup_index(uint64 pa)
{
  return (pa - base) >> PGSHIFT;
}

int
backup_owns(uint64 pa)
{
  return pa >= base && backup_index(pa) < count;
}

uint32
backup_count(void)
{
  return count;
}

void
mirror_statistics(struct statistics *out)
{
  out->backups_usable = count;
  out->backups_free = freed_count + (fresh.n - fresh.taken);
  out->backup_tables = tables;
}
