// Inside mirroring: the backup bank's frames, and the one place where an entry that leads to a backup is
// made and taken away (backup_entry.c; a kernel broken on purpose links another in its place).
#pragma once

#include "frames.h"
#include "mirror.h"

// backup_frames.c: the allocator of the backup bank.
// Invariant: a record's use is BACKUP_COPY if and only if exactly one original's record names it.
void   backup_frames_init(const struct placement *place, uint64 seed);
uint32 backup_alloc(int use, uint32 original); // NO_BACKUP if there is none; contents as they were
void   backup_free(uint32 backup);
uint64 backup_address(uint32 backup);
int    backup_owns(uint64 pa);                 // whether pa lies in the backup bank
uint32 backup_index(uint64 pa);
uint32 backup_count(void);

// mirror_on.c: gives an original its backup frame and its leaf in the window. 0, or -1.
int    backup_pair(uint32 original);

// backup_entry.c.
// Writes the leaf that leads to the backup of this original.
void   backup_enter(pte_t *leaf, uint32 original);
void   backup_erase(pte_t *leaf);
// mirror_frame (mirror.h) is there too: which originals are paired at all.
