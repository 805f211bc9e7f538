// The superblock, and what follows from it.
#pragma once

#include "fs/disk.h"

extern struct superblock superblock;

// Reads and checks it; process context. Panics if the disk holds no file system: nothing can run without.
void superblock_init(void);

// Data blocks are the last on the disk. A number read from the disk is one of theirs, or is not used.
static inline uint
first_data_block(void)
{
  return superblock.size - superblock.nblocks;
}

static inline int
is_data_block(uint block)
{
  return block >= first_data_block() && block < superblock.size;
}

// Prints what is wrong with an inode, for the person who repairs the disk. The call that came upon it
// fails, the kernel goes on.
void disk_damaged(uint inode, const char *what);
