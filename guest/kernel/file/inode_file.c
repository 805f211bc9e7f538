// Open files that are inodes: plain files and directories, and devices, which bring their own
// functions.

#include "file/file.h"
#include "fs/inode.h"
#include "fs/log.h"

#define MAJORS 10

// What one transaction may write of a file's contents, besides the inode, the indirect block and
// two blocks of the bitmap; a write that is not aligned touches one block more.
#define MOST_A_TRANSACTION ((MAX_OPERATION_BLOCKS - 1 - 1 - 2) / 2 * BSIZE)

static const struct file_ops *devices[MAJORS];

static int
plain_read(struct file *file, uint64 to, int bytes)
{
  inode_lock(file->inode);
  int n = inode_read(file->inode, 1, to, file->offset, bytes);
  if(n > 0)
    file->offset += n;
  inode_unlock(file->inode);
  return n;
}

static int
plain_write(struct file *file, uint64 from, int bytes)
{
  int done = 0;
  while(done < bytes){
    int n = bytes - done < MOST_A_TRANSACTION ? bytes - done : MOST_A_TRANSACTION;
    log_begin();
    inode_lock(file->inode);
    int written = inode_write(file->inode, 1, from + done, file->offset, n);
    if(written > 0)
      file->offset += written;
    inode_unlock(file->inode);
    log_end();
    if(written != n)
      return -1;
    done += n;
  }
  return bytes;
}

static int
inode_file_stat(struct file *file, struct stat *out)
{
  inode_lock(file->inode);
  inode_stat(file->inode, out);
  inode_unlock(file->inode);
  return 0;
}

static void
inode_file_close(struct file *file)
{
  log_begin();
  inode_put(file->inode);
  log_end();
}

static const struct file_ops plain_ops = {
  .read = plain_read,
  .write = plain_write,
  .stat = inode_file_stat,
  .close = inode_file_close,
};

static int
device_read(struct file *file, uint64 to, int bytes)
{
  const struct file_ops *ops = devices[file->inode->major];
  return ops == NULL || ops->read == NULL ? -1 : ops->read(file, to, bytes);
}

static int
device_write(struct file *file, uint64 from, int bytes)
{
  const struct file_ops *ops = devices[file->inode->major];
  return ops == NULL || ops->write == NULL ? -1 : ops->write(file, from, bytes);
}

static int
device_poll(struct file *file)
{
  const struct file_ops *ops = devices[file->inode->major];
  return ops == NULL || ops->poll == NULL ? POLLIN | POLLOUT : ops->poll(file);
}

static const struct file_ops device_ops = {
  .read = device_read,
  .write = device_write,
  .poll = device_poll,
  .stat = inode_file_stat,
  .close = inode_file_close,
};

// Requires: the inode is locked, so that its type is known.
int
file_take_inode(struct file *file, struct inode *inode, int readable, int writable)
{
  int device = inode->type == T_DEVICE;
  if(device && (inode->major < 0 || inode->major >= MAJORS))
    return -1;
  file->ops = device ? &device_ops : &plain_ops;
  file->inode = inode;
  file->readable = readable;
  file->writable = writable;
  return 0;
}

void
device_attach(int major, const struct file_ops *ops)
{
  devices[major] = ops;
}
