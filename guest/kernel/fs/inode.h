// Inodes in memory.
//
// inode_get gives a counted reference; inode_lock also makes sure that the copy in memory is
// filled, and fields below the lock may be read only then. Code that may drop a last reference
// (inode_put) must be between log_begin and log_end, since that frees an inode without links.
#pragma once

#include "process/sleeplock.h"
#include "fs/superblock.h"

struct inode {
  uint  number;
  int   refs;
  int   valid; // the rest is filled
  struct sleeplock lock;
  short type, major, minor, nlink; // type 0: damaged on disk, nothing can be done with it
  uint  size;
  uint  addresses[NDIRECT + 1];
};

struct inode *inode_get(uint number); // NULL if there are too many in use
struct inode *inode_alloc(short type); // with one link; NULL if the disk has no free inode
struct inode *inode_dup(struct inode *inode);
void  inode_lock(struct inode *inode);
void  inode_unlock(struct inode *inode);
void  inode_put(struct inode *inode);
void  inode_unlock_put(struct inode *inode);
void  inode_update(struct inode *inode); // after each change of a field
void  inode_truncate(struct inode *inode);
void  inode_stat(struct inode *inode, struct stat *out);

// Bytes moved, or -1. `user` says whether `at` is an address of the current process or the
// kernel's. A read changes nothing on the disk: where it lacks a block of the contents, that is -1. A
// write past the end extends the file; what was written before the disk was full stays and counts.
int   inode_read(struct inode *inode, int user, uint64 at, uint offset, uint bytes);
int   inode_write(struct inode *inode, int user, uint64 at, uint offset, uint bytes);

// bitmap.c
uint  bitmap_alloc(void); // a cleared block, or 0 if the disk is full
void  bitmap_free(uint block, uint inode); // the inode that had it
