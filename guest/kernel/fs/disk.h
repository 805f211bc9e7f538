// The file system as it lies on disk: the format of xv6-riscv.
//
//   block 0        unused
//   block 1        superblock
//   logstart       log header, then the logged blocks
//   inodestart     inodes, 16 a block
//   bmapstart      one bit a block, 1: in use
//   then           data
#pragma once

#include "abi.h"

#define BSIZE      1024
#define FS_MAGIC   0x10203040
#define ROOT_INODE 1
#define ROOT_DEVICE 1
#define NDIRECT    12
#define NINDIRECT  (BSIZE / sizeof(uint))
#define MAX_BLOCKS (NDIRECT + NINDIRECT) // of a file
#define MAX_LINKS  32767   // an inode counts them in 16 bits, signed
#define MOST_INODES 65536U // an entry of a directory names an inode in 16 bits

struct superblock {
  uint magic;
  uint size;       // blocks in all
  uint nblocks;    // data blocks
  uint ninodes;
  uint nlog;       // blocks of the log, its header among them
  uint logstart;
  uint inodestart;
  uint bmapstart;
};

struct disk_inode {
  short type;      // T_*; 0: free
  short major, minor;
  short nlink;
  uint  size;
  uint  addresses[NDIRECT + 1]; // the last is the indirect block
};

#define INODES_A_BLOCK (BSIZE / sizeof(struct disk_inode))
#define BITS_A_BLOCK   (BSIZE * 8)

_Static_assert(sizeof(struct disk_inode) == 64, "16 inodes a block");
_Static_assert(sizeof(struct dirent) == 16, "64 entries a block");

// What one system call may write at most, and how much of that the log takes in all.
#define MAX_OPERATION_BLOCKS 10
#define MAX_LOG_BLOCKS       30
