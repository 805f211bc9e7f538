// Policy `space`: a backup frame is made with each original frame, a backup entry with each entry that
// leads to one; contents are not kept equal. Invariant: an original in use has exactly one backup, in the
// other bank, that is no other's.

#include "backup/backup.h"
#include "backup/backup_space.h"
#include "memory/arena.h"
#include "memory/frames.h"
#include "memory/bytes.h"
#include "machine/print.h"

static struct {
  struct backup_frame *frame; // one for each frame of the bank
  uint64 count;
  uint32 first;               // the number of the first frame that is no table
  struct order order;         // of the backups, counted from `first`
  uint32 zeroed;              // tables below this number have been cleared once
} backups;

void
backup_init(uint64 tables, uint64 frames, uint64 seed)
{
  backups.count = machine.backup.bytes >> PGSHIFT;
  if(backups.count < tables + frames)
    panic("backup_space: expected a backup bank with room for the guest's memory, got less");
  backups.first = tables;
  backups.frame = arena_take(backups.count * sizeof(struct backup_frame));
  memset(backups.frame, 0, backups.count * sizeof(struct backup_frame));
  order_init(&backups.order, backups.count - tables, seed);
}

void
backup_frame_create(uint32 original)
{
  if(backups.order.left == 0)
    panic("backup_space: none is left, though there were as many as originals");
  uint32 backup = backups.first + order_take(&backups.order);
  backups.frame[backup] = (struct backup_frame){ .use = BACKUP_OF_ORIGINAL, .original = original };
  originals.frame[original].backup = backup;
}

// A free table is all zero, unless it was never used.
void
backup_table_create(uint32 table)
{
  if(table >= backups.zeroed){
    for(; backups.zeroed <= table; backups.zeroed++)
      zero_page(backup_table(backups.zeroed));
  }
  backups.frame[table].use = BACKUP_TABLE;
}

void
backup_table_drop(uint32 table)
{
  backups.frame[table].use = BACKUP_DROPPED;
}

void
backup_table_free(uint32 table)
{
  backups.frame[table].use = BACKUP_FREE;
}

void
backup_branch(uint32 table, uint index, uint32 child)
{
  backup_table(table)[index] = PA2PTE(backup_table(child)) | PTE_V;
}

uint64
backup_table_address(uint32 table)
{
  return (uint64)backup_table(table);
}

void
backup_audit(struct audit_visor *audit)
{
  audit->backups_base = machine.backup.base;
  audit->backups_count = backups.count;
  audit->backup_frames = (uint64)backups.frame;
  audit->backup_tables_used = (uint64)&backups.zeroed;
}
