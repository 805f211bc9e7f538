// The contract of backups. A way of paging (paging.h) calls it at each moment at which an original frame
// comes into being, is mapped or unmapped; backup_space.c or backup_none.c keeps it, chosen by linking.
//
// A backup belongs to a frame: frame.backup names a frame of the backup bank. A backup entry belongs to
// an entry: a way of paging numbers the tables whose entries lead to originals, and the backup entry has
// the same place in the backup table of the same number. It lives as long as its entry.
#pragma once

#include "audit.h"

// `tables`: how many tables the way of paging may use; `frames`: how many originals there can be. Called
// before any other, while the arena is open; panics if the bank has no room for the backups of all of
// them.
void backup_init(uint64 tables, uint64 frames, uint64 seed);

// Takes the backup of an original that comes into being.
void backup_frame_create(uint32 original);

// Called beside a table that comes into use, that is dropped (no root leads to it any more, its entries
// are still there), and that is free (all its entries are clear).
void backup_table_create(uint32 table);
void backup_table_drop(uint32 table);
void backup_table_free(uint32 table);

// Called beside the writing of an entry: a leaf to `original`, a branch to table `child`, nothing.
void backup_leaf(uint32 table, uint index, uint32 original);
void backup_branch(uint32 table, uint index, uint32 child);
void backup_clear(uint32 table, uint index);

// The machine address of the backup table of that number; 0 without backups.
uint64 backup_table_address(uint32 table);

// Fills in what the audit asks about backups.
void backup_audit(struct audit_visor *audit);
