// The log. On disk: a header that lists block numbers, then the contents of those blocks. Calls
// that overlap share one transaction, which commits when the last of them ends:
//
//   1. contents to the log    2. header with the list (this is the commit)
//   3. contents to their home 4. header with an empty list
//
// A crash before 2 loses the transaction whole; after 2, log_init repeats 3. A call is let in only
// if the log has room for all that it might write, besides what the others might.

#include "fs/log.h"
#include "fs/superblock.h"
#include "string.h"

struct header {
  int n;
  int block[MAX_LOG_BLOCKS];
};

static struct header header;   // of the transaction under way
static struct buffer *logged[MAX_LOG_BLOCKS]; // pinned
static int active;             // calls between begin and end
static int committing;

// The blocks that a call may write at most. One that deletes a file frees blocks all over the disk, and
// may write every block of the bitmap, besides a directory's contents, its inode, and the file's.
#define MOST_BUT_BITMAP 3
static int operation_blocks = MAX_OPERATION_BLOCKS;

static int
capacity(void)
{
  uint room = superblock.nlog > 0 ? superblock.nlog - 1 : 0;
  return room < MAX_LOG_BLOCKS ? room : MAX_LOG_BLOCKS;
}

static void
write_header(void)
{
  struct buffer *b = buffer_overwrite(superblock.logstart);
  memset(b->data, 0, BSIZE);
  memcpy(b->data, &header, sizeof header);
  buffer_write(b);
  buffer_release(b);
}

static void
install_after_crash(void)
{
  for(int i = 0; i < header.n; i++){
    struct buffer *from = buffer_read(superblock.logstart + 1 + i);
    struct buffer *to = buffer_overwrite(header.block[i]);
    memcpy(to->data, from->data, BSIZE);
    buffer_write(to);
    buffer_release(from);
    buffer_release(to);
  }
}

void
log_init(void)
{
  uint bitmap_blocks = (superblock.size + BITS_A_BLOCK - 1) / BITS_A_BLOCK;
  if(operation_blocks < (int)bitmap_blocks + MOST_BUT_BITMAP)
    operation_blocks = bitmap_blocks + MOST_BUT_BITMAP;
  if(capacity() < operation_blocks)
    panic("log: the disk's log is too small");
  struct buffer *b = buffer_read(superblock.logstart);
  memcpy(&header, b->data, sizeof header);
  buffer_release(b);
  if(header.n < 0 || header.n > MAX_LOG_BLOCKS || (uint)header.n >= superblock.nlog)
    panic("log: the disk's log is damaged");
  for(int i = 0; i < header.n; i++){
    if((uint)header.block[i] < superblock.inodestart || (uint)header.block[i] >= superblock.size)
      panic("log: the disk's log is damaged");
  }
  if(header.n == 0)
    return;
  install_after_crash();
  header.n = 0;
  write_header();
}

void
log_begin(void)
{
  while(committing || header.n + (active + 1) * operation_blocks > capacity())
    sleep_on(&header);
  active++;
}

static void
commit(void)
{
  for(int i = 0; i < header.n; i++){
    struct buffer *to = buffer_overwrite(superblock.logstart + 1 + i);
    memcpy(to->data, logged[i]->data, BSIZE);
    buffer_write(to);
    buffer_release(to);
  }
  write_header();
  for(int i = 0; i < header.n; i++){
    struct buffer *home = buffer_read(header.block[i]);
    buffer_write(home);
    buffer_unpin(home);
    buffer_release(home);
  }
  header.n = 0;
  write_header();
}

void
log_end(void)
{
  active--;
  if(committing)
    panic("log: a call ended during a commit");
  if(active == 0 && header.n > 0){
    committing = 1;
    commit();
    committing = 0;
  }
  wake_up(&header);
}

void
log_write(struct buffer *b)
{
  if(active < 1)
    panic("log: write outside a transaction");
  for(int i = 0; i < header.n; i++){
    if(header.block[i] == (int)b->block)
      return;
  }
  if(header.n >= capacity())
    panic("log: a transaction is too large");
  buffer_pin(b);
  logged[header.n] = b;
  header.block[header.n++] = b->block;
}
