// The contract of backups. paging calls it at each moment at which an original comes into being, is
// mapped or unmapped; backup_space.c or backup_none.c keeps it, chosen by linking.
//
// A backup belongs to a frame: frame.backup names a frame of the backup bank. A backup entry has
// the place of its shadow entry in the backup table of the same number; it lives as long as the
// shadow entry.
#pragma once

#include "audit.h"

// `tables`: how many shadow tables there can be; `frames`: how many originals. Called before any
// other, while the arena is open; panics if the bank has no room for the backups of all of them.
void backup_init(uint64 tables, uint64 frames, uint64 seed);

// The backup of an original that comes into being.
void backup_frame_create(uint32 original);

// Beside a shadow table that comes into use, that is dropped (no root leads to it any more, its
// entries are still there), and that is free (all its entries are clear).
void backup_table_create(uint32 table);
void backup_table_drop(uint32 table);
void backup_table_free(uint32 table);

// Beside the writing of a shadow entry: a leaf to `original`, a branch to table `child`, nothing.
void backup_leaf(uint32 table, uint index, uint32 original);
void backup_branch(uint32 table, uint index, uint32 child);
void backup_clear(uint32 table, uint index);

// Machine address of the backup table of that number; 0 without backups.
uint64 backup_table_address(uint32 table);

// Fills in what the audit asks about backups.
void backup_audit(struct audit_visor *audit);
