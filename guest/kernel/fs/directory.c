// Directories and paths. A directory's contents are entries of 16 bytes; inode number 0 means a
// free one. Names take up to DIRSIZ bytes and end with a zero only if shorter; longer ones are cut.

#include "fs/directory.h"
#include "fs/log.h"
#include "string.h"

#define UNREADABLE (~0U) // beyond any offset

static int
same_name(const char *a, const char *b)
{
  for(int i = 0; i < DIRSIZ; i++){
    if(a[i] != b[i])
      return 0;
    if(a[i] == 0)
      return 1;
  }
  return 1;
}

// The offset of the entry with this name; of a free one if name is NULL; the size if there is none;
// UNREADABLE. Looks at many at a time, since this is most of what a path costs.
static uint
find_entry(struct inode *directory, const char *name, uint *number)
{
  struct dirent entries[8];
  for(uint offset = 0; offset < directory->size; ){
    int bytes = inode_read(directory, 0, (uint64)entries, offset, sizeof entries);
    if(bytes <= 0)
      return UNREADABLE;
    for(uint i = 0; i < bytes / sizeof(struct dirent); i++, offset += sizeof(struct dirent)){
      int taken = entries[i].inum != 0;
      if(name == NULL ? taken : !taken || !same_name(name, entries[i].name))
        continue;
      *number = entries[i].inum;
      return offset;
    }
  }
  return directory->size;
}

struct inode *
directory_find(struct inode *directory, const char *name, uint *offset)
{
  uint number;
  uint at = find_entry(directory, name, &number);
  if(at >= directory->size)
    return NULL;
  if(number >= superblock.ninodes){
    disk_damaged(directory->number, "is a directory that names an inode which is none");
    return NULL;
  }
  if(offset != NULL)
    *offset = at;
  return inode_get(number);
}

int
directory_add(struct inode *directory, const char *name, uint number)
{
  uint unused;
  if(find_entry(directory, name, &unused) != directory->size)
    return -1;
  struct dirent entry = { .inum = number };
  for(int i = 0; i < DIRSIZ && name[i] != 0; i++)
    entry.name[i] = name[i];
  uint at = find_entry(directory, NULL, &unused);
  return inode_write(directory, 0, (uint64)&entry, at, sizeof entry) == sizeof entry ? 0 : -1;
}

void
directory_remove(struct inode *directory, uint offset)
{
  struct dirent entry = { 0 };
  if(inode_write(directory, 0, (uint64)&entry, offset, sizeof entry) != sizeof entry)
    panic("directory: cannot clear an entry");
}

int
directory_is_empty(struct inode *directory)
{
  struct dirent entry;
  uint offset = 2 * sizeof entry; // behind . and ..
  for(; offset < directory->size; offset += sizeof entry){
    if(inode_read(directory, 0, (uint64)&entry, offset, sizeof entry) != sizeof entry ||
       entry.inum != 0)
      return 0;
  }
  return 1;
}

// Copies the next element of the path into name; what follows it, or NULL if there is none.
static const char *
next_element(const char *path, char *name)
{
  while(*path == '/')
    path++;
  if(*path == 0)
    return NULL;
  int n = 0;
  for(; *path != 0 && *path != '/'; path++){
    if(n < DIRSIZ)
      name[n++] = *path;
  }
  if(n < DIRSIZ)
    name[n] = 0;
  while(*path == '/')
    path++;
  return path;
}

static struct inode *
walk(const char *path, int parent, char *name)
{
  struct inode *inode = *path == '/' ? inode_get(ROOT_INODE) : inode_dup(current->cwd);
  while(inode != NULL && (path = next_element(path, name)) != NULL){
    inode_lock(inode);
    if(inode->type != T_DIR){
      inode_unlock_put(inode);
      return NULL;
    }
    if(parent && *path == 0){
      inode_unlock(inode);
      return inode;
    }
    struct inode *next = directory_find(inode, name, NULL);
    inode_unlock_put(inode);
    inode = next;
  }
  if(parent && inode != NULL){ // there was no last element
    inode_put(inode);
    return NULL;
  }
  return inode;
}

struct inode *
path_find(const char *path)
{
  char name[DIRSIZ];
  return walk(path, 0, name);
}

struct inode *
path_parent(const char *path, char *name)
{
  return walk(path, 1, name);
}
