// stressfs: five processes write and read files of their own at the same time, to press on the log.

#include "user.h"

#define PROCESSES 5
#define BLOCKS    20
#define BLOCK     512

static char data[BLOCK];

static void
fail(const char *what, const char *path)
{
  printf("stressfs: %s %s failed\n", what, path);
  exit(1);
}

int
main(void)
{
  printf("stressfs starting\n");
  int me = 0;
  while(me < PROCESSES - 1 && fork() > 0)
    me++;
  printf("write %d\n", me);

  char path[] = "stressfs0";
  path[8] += me;
  memset(data, 'a' + me, BLOCK);
  int fd = open(path, O_CREATE | O_RDWR);
  if(fd < 0)
    fail("create", path);
  for(int i = 0; i < BLOCKS; i++)
    if(write(fd, data, BLOCK) != BLOCK)
      fail("write", path);
  close(fd);

  printf("read\n");
  fd = open(path, O_RDONLY);
  if(fd < 0)
    fail("open", path);
  for(int i = 0; i < BLOCKS; i++){
    if(read(fd, data, BLOCK) != BLOCK)
      fail("read", path);
    for(int j = 0; j < BLOCK; j++)
      if(data[j] != 'a' + me)
        fail("compare", path);
  }
  close(fd);

  // Only the first process is waited for by the shell, so it waits for its children.
  int status, ok = 1;
  while(wait(&status) >= 0)
    ok = ok && status == 0;
  exit(ok ? 0 : 1);
}
