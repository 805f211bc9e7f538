// Free blocks of the disk.

#include "fs/inode.h"
#include "fs/log.h"
#include "string.h"

static uint first_candidate; // no data block below is free

static void
clear_block(uint block)
{
  struct buffer *b = buffer_overwrite(block);
  memset(b->data, 0, BSIZE);
  log_write(b);
  buffer_release(b);
}

uint
bitmap_alloc(void)
{
  // The bits of other blocks are not looked at: a damaged one would give the disk's tables away.
  if(first_candidate < first_data_block())
    first_candidate = first_data_block();
  uint base = first_candidate / BITS_A_BLOCK * BITS_A_BLOCK;
  for(; base < superblock.size; base += BITS_A_BLOCK){
    struct buffer *b = buffer_read(superblock.bmapstart + base / BITS_A_BLOCK);
    uint i = first_candidate > base ? first_candidate - base : 0;
    for(; i < BITS_A_BLOCK && base + i < superblock.size; i++){
      if(b->data[i / 8] & (1 << i % 8))
        continue;
      b->data[i / 8] |= 1 << i % 8;
      log_write(b);
      buffer_release(b);
      first_candidate = base + i + 1;
      clear_block(base + i);
      return base + i;
    }
    buffer_release(b);
  }
  return 0;
}

void
bitmap_free(uint block, uint inode)
{
  if(!is_data_block(block)){
    disk_damaged(inode, "has a block that is no data block");
    return;
  }
  struct buffer *b = buffer_read(superblock.bmapstart + block / BITS_A_BLOCK);
  uint i = block % BITS_A_BLOCK;
  if((b->data[i / 8] & (1 << i % 8)) == 0)
    disk_damaged(inode, "has a block that was free already");
  b->data[i / 8] &= ~(1 << i % 8);
  log_write(b);
  buffer_release(b);
  if(block < first_candidate)
    first_candidate = block;
}
