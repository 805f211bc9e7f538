// Inodes: their table in memory, their place on disk, and the blocks of their contents.

#include "fs/inode.h"
#include "fs/log.h"
#include "string.h"
#include "memory/vm.h"

#define NINODE 64

static struct inode inodes[NINODE];

struct inode *
inode_get(uint number)
{
  struct inode *empty = NULL;
  for(struct inode *inode = inodes; inode < &inodes[NINODE]; inode++){
    if(inode->refs > 0 && inode->number == number){
      inode->refs++;
      return inode;
    }
    if(empty == NULL && inode->refs == 0)
      empty = inode;
  }
  if(empty != NULL)
    *empty = (struct inode){ .number = number, .refs = 1 };
  return empty;
}

static uint
block_of(uint number)
{
  return superblock.inodestart + number / INODES_A_BLOCK;
}

static struct disk_inode *
in_block(struct buffer *b, uint number)
{
  return (struct disk_inode *)b->data + number % INODES_A_BLOCK;
}

struct inode *
inode_alloc(short type)
{
  for(uint number = 1; number < superblock.ninodes; number++){
    struct buffer *b = buffer_read(block_of(number));
    struct disk_inode *on_disk = in_block(b, number);
    if(on_disk->type == 0){
      struct inode *inode = inode_get(number);
      if(inode != NULL){
        memset(on_disk, 0, sizeof *on_disk);
        on_disk->type = type;
        on_disk->nlink = 1;
        log_write(b);
        inode->valid = 0; // where a damaged directory names it already
      }
      buffer_release(b);
      return inode;
    }
    buffer_release(b);
  }
  return NULL;
}

struct inode *
inode_dup(struct inode *inode)
{
  inode->refs++;
  return inode;
}

// What is wrong with an inode that a directory names, as far as it shows; NULL if nothing is.
static const char *
damage_of(const struct inode *inode)
{
  if(inode->type == 0)
    return "is free, and has a name";
  if(inode->type != T_DIR && inode->type != T_FILE && inode->type != T_DEVICE)
    return "is of no known type";
  if(inode->nlink < 1)
    return "counts no links, and has a name";
  if(inode->size > MAX_BLOCKS * BSIZE)
    return "is longer than a file can be";
  if(inode->type == T_DIR && inode->size % sizeof(struct dirent) != 0)
    return "is a directory that ends within an entry";
  for(uint i = 0; i <= NDIRECT; i++){
    if(inode->addresses[i] != 0 && !is_data_block(inode->addresses[i]))
      return "has a block that is no data block";
  }
  return NULL;
}

static void
read_from_disk(struct inode *inode)
{
  struct buffer *b = buffer_read(block_of(inode->number));
  const struct disk_inode *on_disk = in_block(b, inode->number);
  inode->type = on_disk->type;
  inode->major = on_disk->major;
  inode->minor = on_disk->minor;
  inode->nlink = on_disk->nlink;
  inode->size = on_disk->size;
  memcpy(inode->addresses, on_disk->addresses, sizeof inode->addresses);
  buffer_release(b);
  inode->valid = 1;
  const char *damage = damage_of(inode);
  if(damage == NULL)
    return;
  disk_damaged(inode->number, damage);
  inode->type = 0;
  inode->nlink = 1; // or the last reference would free it
}

void
inode_lock(struct inode *inode)
{
  sleeplock_acquire(&inode->lock);
  if(!inode->valid)
    read_from_disk(inode);
}

void
inode_unlock(struct inode *inode)
{
  sleeplock_release(&inode->lock);
}

void
inode_put(struct inode *inode)
{
  if(inode->refs == 1 && inode->valid && inode->nlink == 0){
    // The last reference: no other process can hold the lock.
    sleeplock_acquire(&inode->lock);
    inode_truncate(inode);
    inode->type = 0;
    inode_update(inode);
    inode->valid = 0;
    sleeplock_release(&inode->lock);
  }
  inode->refs--;
}

void
inode_unlock_put(struct inode *inode)
{
  inode_unlock(inode);
  inode_put(inode);
}

void
inode_update(struct inode *inode)
{
  struct buffer *b = buffer_read(block_of(inode->number));
  struct disk_inode *on_disk = in_block(b, inode->number);
  on_disk->type = inode->type;
  on_disk->major = inode->major;
  on_disk->minor = inode->minor;
  on_disk->nlink = inode->nlink;
  on_disk->size = inode->size;
  memcpy(on_disk->addresses, inode->addresses, sizeof inode->addresses);
  log_write(b);
  buffer_release(b);
}

void
inode_truncate(struct inode *inode)
{
  for(uint i = 0; i < NDIRECT; i++){
    if(inode->addresses[i] != 0)
      bitmap_free(inode->addresses[i], inode->number);
    inode->addresses[i] = 0;
  }
  if(inode->addresses[NDIRECT] != 0){
    struct buffer *b = buffer_read(inode->addresses[NDIRECT]);
    const uint *entries = (const uint *)b->data;
    for(uint i = 0; i < NINDIRECT; i++){
      if(entries[i] != 0)
        bitmap_free(entries[i], inode->number);
    }
    buffer_release(b);
    bitmap_free(inode->addresses[NDIRECT], inode->number);
    inode->addresses[NDIRECT] = 0;
  }
  inode->size = 0;
  inode_update(inode);
}

void
inode_stat(struct inode *inode, struct stat *out)
{
  out->dev = ROOT_DEVICE;
  out->ino = inode->number;
  out->type = inode->type;
  out->nlink = inode->nlink;
  out->size = inode->size;
}

// What the file has as its block n: 0 for none yet.
static uint
address_of(struct inode *inode, uint n)
{
  if(n < NDIRECT)
    return inode->addresses[n];
  if(inode->addresses[NDIRECT] == 0)
    return 0;
  struct buffer *b = buffer_read(inode->addresses[NDIRECT]);
  uint block = ((const uint *)b->data)[n - NDIRECT];
  buffer_release(b);
  return block;
}

// Gives the file its block n. The block, or 0 if the disk is full. The indirect block is let go in
// between: a damaged bitmap may give out that very block.
static uint
add_block(struct inode *inode, uint n)
{
  uint *indirect = &inode->addresses[NDIRECT];
  if(n < NDIRECT)
    return inode->addresses[n] = bitmap_alloc();
  if(*indirect == 0 && (*indirect = bitmap_alloc()) == 0)
    return 0;
  uint block = bitmap_alloc();
  if(block == 0)
    return 0;
  struct buffer *b = buffer_read(*indirect);
  ((uint *)b->data)[n - NDIRECT] = block;
  log_write(b);
  buffer_release(b);
  return block;
}

// The disk block that holds block n of the file, which lies within its size; 0 if there is none.
static uint
block_to_read(struct inode *inode, uint n)
{
  uint block = address_of(inode, n);
  if(is_data_block(block))
    return block;
  disk_damaged(inode->number, "lacks a block of its contents");
  return 0;
}

// The same, given to it if need be; 0 if the disk is full.
static uint
block_to_write(struct inode *inode, uint n)
{
  uint block = address_of(inode, n);
  if(block == 0)
    return add_block(inode, n);
  if(is_data_block(block))
    return block;
  disk_damaged(inode->number, "has a block that is no data block");
  return 0;
}

static uint
piece(uint offset, uint bytes)
{
  uint rest = BSIZE - offset % BSIZE;
  return rest < bytes ? rest : bytes;
}

int
inode_read(struct inode *inode, int user, uint64 at, uint offset, uint bytes)
{
  if(offset > inode->size)
    return 0;
  if(bytes > inode->size - offset)
    bytes = inode->size - offset;
  uint n;
  for(uint done = 0; done < bytes; done += n, offset += n, at += n){
    n = piece(offset, bytes - done);
    uint block = block_to_read(inode, offset / BSIZE);
    if(block == 0)
      return -1;
    struct buffer *b = buffer_read(block);
    const void *from = b->data + offset % BSIZE;
    int failed = 0;
    if(user)
      failed = copy_out(at, from, n) < 0;
    else
      memcpy((void *)at, from, n);
    buffer_release(b);
    if(failed)
      return -1;
  }
  return bytes;
}

int
inode_write(struct inode *inode, int user, uint64 at, uint offset, uint bytes)
{
  if(offset > inode->size || offset + (uint64)bytes > MAX_BLOCKS * BSIZE)
    return -1;
  uint n, done = 0;
  for(; done < bytes; done += n, offset += n, at += n){
    n = piece(offset, bytes - done);
    uint block = block_to_write(inode, offset / BSIZE);
    if(block == 0)
      break;
    struct buffer *b = buffer_read(block);
    void *to = b->data + offset % BSIZE;
    int failed = 0;
    if(user)
      failed = copy_in(to, at, n) < 0;
    else
      memcpy(to, (const void *)at, n);
    log_write(b); // even when the copy failed: part of it may have been done
    buffer_release(b);
    if(failed)
      break;
  }
  if(offset > inode->size)
    inode->size = offset;
  inode_update(inode); // addresses may have changed
  return done == bytes ? (int)bytes : done > 0 ? (int)done : -1;
}
