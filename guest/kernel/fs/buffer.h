// The buffer cache: blocks of the disk in memory.
//
// Between buffer_read and buffer_release the caller owns the block alone. Changes reach the disk
// through log_write (log.h), never directly.
#pragma once

#include "fs/disk.h"
#include "process/sleeplock.h"

struct buffer {
  struct sleeplock lock;
  uint   block;
  int    valid;  // data holds what the block should hold
  int    refs;   // owners, waiters, and the log while the block is not home yet
  uint64 used;   // when it was last released, for replacement
  struct buffer *chain; // others whose block number hashes to the same
  uint8 *data;   // BSIZE bytes
};

void buffer_init(void);
struct buffer *buffer_read(uint block);
// Its contents are about to be replaced: they are not read.
struct buffer *buffer_overwrite(uint block);
void buffer_write(struct buffer *b);         // to its place on the disk, at once; for the log only
void buffer_release(struct buffer *b);
// Keeps a block in memory although no process holds its buffer.
void buffer_pin(struct buffer *b);
void buffer_unpin(struct buffer *b);
