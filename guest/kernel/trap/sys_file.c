// System calls about files.

#include "fs/directory.h"
#include "file/file.h"
#include "fs/log.h"
#include "net/net.h"
#include "process/process.h"
#include "trap/syscall.h"
#include "memory/vm.h"

static struct file *
argument_file(int n)
{
  return descriptor_file((int)argument(n));
}

uint64
sys_read(void)
{
  struct file *file = argument_file(0);
  return file == NULL ? -1 : file_read(file, argument(1), argument(2));
}

uint64
sys_write(void)
{
  struct file *file = argument_file(0);
  return file == NULL ? -1 : file_write(file, argument(1), argument(2));
}

uint64
sys_close(void)
{
  struct file *file = argument_file(0);
  if(file == NULL)
    return -1;
  current->files[(int)argument(0)] = NULL;
  file_close(file);
  return 0;
}

uint64
sys_dup(void)
{
  struct file *file = argument_file(0);
  int fd = file == NULL ? -1 : descriptor_alloc(file);
  if(fd >= 0)
    file_dup(file);
  return fd;
}

uint64
sys_fstat(void)
{
  struct file *file = argument_file(0);
  struct stat stat;
  if(file == NULL || file_stat(file, &stat) < 0)
    return -1;
  return copy_out(argument(1), &stat, sizeof stat);
}

uint64
sys_set_nonblocking(void)
{
  struct file *file = argument_file(0);
  if(file == NULL)
    return -1;
  file->nonblocking = argument(1) != 0;
  return 0;
}

uint64
sys_pipe(void)
{
  struct file *ends[2];
  if(pipe_create(&ends[0], &ends[1]) < 0)
    return -1;
  int fds[2];
  fds[0] = descriptor_alloc(ends[0]);
  fds[1] = fds[0] < 0 ? -1 : descriptor_alloc(ends[1]);
  if(fds[1] >= 0 && copy_out(argument(0), fds, sizeof fds) == 0)
    return 0;
  for(int i = 0; i < 2; i++){
    if(fds[i] >= 0)
      current->files[fds[i]] = NULL;
    file_close(ends[i]);
  }
  return -1;
}

// A new inode at `path`, locked; or with T_FILE the plain file or device that is there already.
// NULL if that cannot be. Within a transaction.
static struct inode *
create(const char *path, short type, short major, short minor)
{
  char name[DIRSIZ];
  struct inode *parent = path_parent(path, name);
  if(parent == NULL)
    return NULL;
  inode_lock(parent);
  struct inode *inode = directory_find(parent, name, NULL);
  if(inode != NULL){
    inode_unlock_put(parent);
    inode_lock(inode);
    if(type == T_FILE && (inode->type == T_FILE || inode->type == T_DEVICE))
      return inode;
    inode_unlock_put(inode);
    return NULL;
  }
  // A directory that was removed while it was a process's current one has no entries and gets none.
  if(parent->nlink == 0 || (type == T_DIR && parent->nlink == MAX_LINKS) || (inode = inode_alloc(type)) == NULL){
    inode_unlock_put(parent);
    return NULL;
  }
  inode_lock(inode);
  inode->major = major;
  inode->minor = minor;
  inode_update(inode);
  int failed = type == T_DIR && (directory_add(inode, ".", inode->number) < 0 ||
                                 directory_add(inode, "..", parent->number) < 0);
  if(failed || directory_add(parent, name, inode->number) < 0){
    inode->nlink = 0; // inode_put frees it again
    inode_update(inode);
    inode_unlock_put(inode);
    inode = NULL;
  } else if(type == T_DIR){
    parent->nlink++; // for ".."
    inode_update(parent);
  }
  inode_unlock_put(parent);
  return inode;
}

// The inode that open means, locked, or NULL.
static struct inode *
open_inode(const char *path, int mode)
{
  if(mode & O_CREATE)
    return create(path, T_FILE, 0, 0);
  struct inode *inode = path_find(path);
  if(inode == NULL)
    return NULL;
  inode_lock(inode);
  if(inode->type == 0 || (inode->type == T_DIR && mode != O_RDONLY)){
    inode_unlock_put(inode);
    return NULL;
  }
  return inode;
}

// Opens in `file`, which is new. 0, or -1 and the file is as it was.
static int
open(struct file *file, const char *path, int mode)
{
  struct inode *inode = open_inode(path, mode);
  if(inode == NULL)
    return -1;
  if(file_take_inode(file, inode, !(mode & O_WRONLY), (mode & (O_WRONLY | O_RDWR)) != 0) < 0){
    inode_unlock_put(inode);
    return -1;
  }
  if((mode & O_TRUNC) && inode->type == T_FILE)
    inode_truncate(inode);
  inode_unlock(inode);
  return 0;
}

// File and descriptor come first, so that a call that cannot have them has created nothing.
uint64
sys_open(void)
{
  char path[MAXPATH];
  int mode = argument(1);
  if(argument_path(0, path) < 0)
    return -1;
  struct file *file = file_alloc(NULL);
  int fd = file == NULL ? -1 : descriptor_alloc(file);
  if(fd < 0){
    if(file != NULL)
      file_forget(file);
    return -1;
  }
  log_begin();
  int opened = open(file, path, mode);
  log_end();
  if(opened == 0)
    return fd;
  current->files[fd] = NULL;
  file_forget(file);
  return -1;
}

uint64
sys_mkdir(void)
{
  char path[MAXPATH];
  if(argument_path(0, path) < 0)
    return -1;
  log_begin();
  struct inode *inode = create(path, T_DIR, 0, 0);
  if(inode != NULL)
    inode_unlock_put(inode);
  log_end();
  return inode != NULL ? 0 : -1;
}

uint64
sys_mknod(void)
{
  char path[MAXPATH];
  int64 major = argument(1), minor = argument(2);
  if(argument_path(0, path) < 0 || major != (short)major || minor != (short)minor)
    return -1;
  log_begin();
  struct inode *inode = create(path, T_DEVICE, major, minor);
  if(inode != NULL)
    inode_unlock_put(inode);
  log_end();
  return inode != NULL ? 0 : -1;
}

uint64
sys_chdir(void)
{
  char path[MAXPATH];
  if(argument_path(0, path) < 0)
    return -1;
  log_begin();
  struct inode *inode = path_find(path);
  int is_directory = 0;
  if(inode != NULL){
    inode_lock(inode);
    is_directory = inode->type == T_DIR;
    inode_unlock(inode);
    inode_put(is_directory ? current->cwd : inode);
    if(is_directory)
      current->cwd = inode;
  }
  log_end();
  return is_directory ? 0 : -1;
}

static int
link(const char *from, const char *to)
{
  char name[DIRSIZ];
  struct inode *inode = path_find(from);
  if(inode == NULL)
    return -1;
  inode_lock(inode);
  if(inode->type == 0 || inode->type == T_DIR || inode->nlink == MAX_LINKS){
    inode_unlock_put(inode);
    return -1;
  }
  inode->nlink++;
  inode_update(inode);
  inode_unlock(inode);
  struct inode *parent = path_parent(to, name);
  int added = -1;
  if(parent != NULL){
    inode_lock(parent);
    if(parent->nlink > 0)
      added = directory_add(parent, name, inode->number);
    inode_unlock_put(parent);
  }
  if(added < 0){
    inode_lock(inode);
    inode->nlink--;
    inode_update(inode);
    inode_unlock(inode);
  }
  inode_put(inode);
  return added;
}

uint64
sys_link(void)
{
  char from[MAXPATH], to[MAXPATH];
  if(argument_path(0, from) < 0 || argument_path(1, to) < 0)
    return -1;
  log_begin();
  int status = link(from, to);
  log_end();
  return status;
}

static int
is_dot(const char *name)
{
  return name[0] == '.' && (name[1] == 0 || (name[1] == '.' && name[2] == 0));
}

// Whether the name of `inode` may be taken out of `parent`; both are locked.
static int
may_unlink(const struct inode *parent, struct inode *inode)
{
  if(inode->type != T_DIR)
    return inode->type != 0;
  if(parent->nlink > 1) // it counts the ".." of this one
    return directory_is_empty(inode);
  disk_damaged(parent->number, "counts fewer links than it has directories");
  return 0;
}

static int
unlink_in(struct inode *parent, const char *name)
{
  uint offset;
  struct inode *inode = is_dot(name) ? NULL : directory_find(parent, name, &offset);
  if(inode == NULL)
    return -1;
  if(inode == parent){
    disk_damaged(parent->number, "is a directory that names itself");
    inode_put(inode);
    return -1;
  }
  inode_lock(inode);
  if(!may_unlink(parent, inode)){
    inode_unlock_put(inode);
    return -1;
  }
  directory_remove(parent, offset);
  if(inode->type == T_DIR){
    parent->nlink--; // for ".."
    inode_update(parent);
  }
  inode->nlink--;
  inode_update(inode);
  inode_unlock_put(inode);
  return 0;
}

// No other call locks a second inode that has a name while it holds one. One call at a time does: on a
// damaged disk one's parent may be the other's child.
static int
unlink(const char *path)
{
  static struct sleeplock one_at_a_time;
  char name[DIRSIZ];
  struct inode *parent = path_parent(path, name);
  if(parent == NULL)
    return -1;
  sleeplock_acquire(&one_at_a_time);
  inode_lock(parent);
  int status = unlink_in(parent, name);
  inode_unlock_put(parent);
  sleeplock_release(&one_at_a_time);
  return status;
}

uint64
sys_unlink(void)
{
  char path[MAXPATH];
  if(argument_path(0, path) < 0)
    return -1;
  log_begin();
  int status = unlink(path);
  log_end();
  return status;
}

uint64
sys_tcp_listen(void)
{
  return net_listen(argument(0), argument(1));
}

uint64
sys_tcp_accept(void)
{
  return net_accept(argument(0));
}
