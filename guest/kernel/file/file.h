// Open files. What kind of thing one is shows only in its table of functions.
#pragma once

#include "abi.h"

struct file;

// An absent function means that the file cannot do it: the call says -1 (poll: always ready).
struct file_ops {
  // Bytes moved; 0 at the end; -1; E_AGAIN where the file is nonblocking and it would have to wait.
  // Addresses are those of the current process: copy_in and copy_out (vm.h).
  int  (*read)(struct file *file, uint64 to, int bytes);
  int  (*write)(struct file *file, uint64 from, int bytes);
  int  (*stat)(struct file *file, struct stat *out);
  int  (*poll)(struct file *file); // POLL* that hold now
  void (*close)(struct file *file); // the last descriptor is gone; may sleep
};

struct file {
  int   refs;        // 0: unused
  uchar readable, writable, nonblocking;
  uint  offset;      // inodes
  struct inode *inode; // inodes and devices
  void *object;      // what else `ops` works on: a pipe, a socket
  const struct file_ops *ops;
};

// A new file with one reference, zeroed but for that and ops; NULL if there are too many. With ops
// NULL nothing may be done with it until it has some, but file_forget.
struct file *file_alloc(const struct file_ops *ops);
void  file_forget(struct file *file); // gives a new file back that has become nothing
struct file *file_dup(struct file *file);
void  file_close(struct file *file);
int   file_read(struct file *file, uint64 to, int bytes);
int   file_write(struct file *file, uint64 from, int bytes);
int   file_stat(struct file *file, struct stat *out);
int   file_poll(struct file *file);

// inode_file.c: opens on inodes. A new file becomes one of the inode, and owns the reference to it
// from then on; -1 if its device has a number that no kernel knows.
int   file_take_inode(struct file *file, struct inode *inode, int readable, int writable);
// Which functions serve T_DEVICE inodes of this major number (1 to 9).
void  device_attach(int major, const struct file_ops *ops);

// pipe.c: a pipe's two ends. 0, or -1 if out of files or frames.
int   pipe_create(struct file **reader, struct file **writer);

// descriptor.c: the current process's table of files.
int   descriptor_alloc(struct file *file);  // takes over the reference; -1 if the table is full
struct file *descriptor_file(int fd);       // NULL if fd is not open

// poll.c: wakes those in poll, to look again. To be called whenever a file's POLL* may have
// changed.
void  poll_changed(void);
