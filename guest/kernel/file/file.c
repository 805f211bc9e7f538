// The table of open files, and what is the same for all kinds of them.

#include "file/file.h"
#include "print.h"
#include "string.h"

#define NFILE 256 // open at once in the whole system

static struct file files[NFILE];

struct file *
file_alloc(const struct file_ops *ops)
{
  for(struct file *file = files; file < &files[NFILE]; file++){
    if(file->refs == 0){
      *file = (struct file){ .refs = 1, .ops = ops };
      return file;
    }
  }
  return NULL;
}

struct file *
file_dup(struct file *file)
{
  if(file->refs < 1)
    panic("file: dup of a closed file");
  file->refs++;
  return file;
}

void
file_close(struct file *file)
{
  if(file->refs < 1)
    panic("file: closed twice");
  if(file->refs > 1){
    file->refs--;
    return;
  }
  if(file->ops->close != NULL)
    file->ops->close(file); // may sleep: the slot is free only afterwards
  file->refs = 0;
}

void
file_forget(struct file *file)
{
  if(file->refs != 1)
    panic("file: forgotten by one of many");
  file->refs = 0;
}

int
file_read(struct file *file, uint64 to, int bytes)
{
  if(!file->readable || file->ops->read == NULL || bytes < 0)
    return -1;
  return file->ops->read(file, to, bytes);
}

int
file_write(struct file *file, uint64 from, int bytes)
{
  if(!file->writable || file->ops->write == NULL || bytes < 0)
    return -1;
  return file->ops->write(file, from, bytes);
}

int
file_stat(struct file *file, struct stat *out)
{
  memset(out, 0, sizeof *out);
  return file->ops->stat == NULL ? -1 : file->ops->stat(file, out);
}

int
file_poll(struct file *file)
{
  return file->ops->poll == NULL ? POLLIN | POLLOUT : file->ops->poll(file);
}
