// No backups: the control, which has the cost of virtualisation alone.

#include "backup/backup.h"

void
backup_init(uint64 tables, uint64 frames, uint64 seed)
{
  (void)tables;
  (void)frames;
  (void)seed;
}

void
backup_frame_create(uint32 original)
{
  (void)original;
}

void
backup_table_create(uint32 table)
{
  (void)table;
}

void
backup_table_drop(uint32 table)
{
  (void)table;
}

void
backup_table_free(uint32 table)
{
  (void)table;
}

void
backup_leaf(uint32 table, uint index, uint32 original)
{
  (void)table;
  (void)index;
  (void)original;
}

void
backup_branch(uint32 table, uint index, uint32 child)
{
  (void)table;
  (void)index;
  (void)child;
}

void
backup_clear(uint32 table, uint index)
{
  (void)table;
  (void)index;
}

uint64
backup_table_address(uint32 table)
{
  (void)table;
  return 0;
}

void
backup_audit(struct audit_visor *audit)
{
  audit->backups_base = 0;
  audit->backups_count = 0;
  audit->backup_frames = 0;
  audit->backup_tables_used = 0;
}
