// What the disk says about itself, and what is said when that cannot be. Invariant: once superblock_init
// is back, the parts of the disk lie in order, none over another, and all within the disk.

#include "fs/superblock.h"
#include "device/block.h"
#include "fs/buffer.h"
#include "print.h"
#include "string.h"

#define MOST_TOLD 32 // of what is damaged

struct superblock superblock;

static uint64
blocks_for(uint64 n, uint64 a_block)
{
  return (n + a_block - 1) / a_block;
}

static int
is_in_order(const struct superblock *s)
{
  uint64 log_end = (uint64)s->logstart + s->nlog;
  uint64 inodes_end = s->inodestart + blocks_for(s->ninodes, INODES_A_BLOCK);
  uint64 bitmap_end = s->bmapstart + blocks_for(s->size, BITS_A_BLOCK);
  return s->logstart > 1 && log_end <= s->inodestart && inodes_end <= s->bmapstart &&
    bitmap_end <= s->size && s->nblocks <= s->size - bitmap_end && s->ninodes > ROOT_INODE;
}

void
superblock_init(void)
{
  if(block_capacity() < 2 * BSIZE)
    panic("superblock: no file system on the disk");
  struct buffer *b = buffer_read(1);
  memcpy(&superblock, b->data, sizeof superblock);
  buffer_release(b);
  if(superblock.magic != FS_MAGIC)
    panic("superblock: no file system on the disk");
  if(!is_in_order(&superblock) || (uint64)superblock.size * BSIZE > block_capacity())
    panic("superblock: damaged, there is no such file system");
  if(superblock.ninodes > MOST_INODES)
    superblock.ninodes = MOST_INODES;
}

void
disk_damaged(uint inode, const char *what)
{
  static int told;
  if(told < MOST_TOLD)
    print("disk damaged: inode %u %s\n", inode, what);
  if(told == MOST_TOLD)
    print("disk damaged: more is not told\n");
  told += told <= MOST_TOLD;
}
