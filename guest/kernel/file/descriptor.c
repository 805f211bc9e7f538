// The current process's table of files.

#include "file/file.h"
#include "process/process.h"

int
descriptor_alloc(struct file *file)
{
  for(int fd = 0; fd < NOFILE; fd++){
    if(current->files[fd] == NULL){
      current->files[fd] = file;
      return fd;
    }
  }
  return -1;
}

struct file *
descriptor_file(int fd)
{
  return fd >= 0 && fd < NOFILE ? current->files[fd] : NULL;
}
