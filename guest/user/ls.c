// ls [NAME…]: a line for each entry: name (padded), type, inode, size.

#include "user.h"

static void
print_entry(const char *name, const struct stat *st)
{
  char padded[DIRSIZ + 1];
  int n = strlen(name);
  memset(padded, ' ', DIRSIZ);
  memcpy(padded, name, n < DIRSIZ ? n : DIRSIZ);
  padded[DIRSIZ] = 0;
  printf("%s %d %u %lu\n", n < DIRSIZ ? padded : name, st->type, st->ino, st->size);
}

static const char *
last_name(const char *path)
{
  const char *name = path;
  for(const char *p = path; *p != 0; p++)
    if(*p == '/' && p[1] != 0)
      name = p + 1;
  return name;
}

static void
list_directory(const char *path, int fd)
{
  char full[MAXPATH];
  unsigned long n = strlen(path);
  if(n + 1 + DIRSIZ + 1 > sizeof(full)){
    printf("ls: path too long\n");
    return;
  }
  strcpy(full, path);
  full[n++] = '/';
  struct dirent entry;
  while(read(fd, &entry, sizeof(entry)) == sizeof(entry)){
    if(entry.inum == 0)
      continue;
    memcpy(full + n, entry.name, DIRSIZ);
    full[n + DIRSIZ] = 0;
    struct stat st;
    if(stat(full, &st) < 0){
      printf("ls: cannot stat %s\n", full);
      continue;
    }
    print_entry(full + n, &st);
  }
}

static void
ls(const char *path)
{
  struct stat st;
  int fd = open(path, O_RDONLY);
  if(fd < 0){
    fprintf(STDERR, "ls: cannot open %s\n", path);
    return;
  }
  if(fstat(fd, &st) < 0)
    fprintf(STDERR, "ls: cannot stat %s\n", path);
  else if(st.type == T_DIR)
    list_directory(path, fd);
  else
    print_entry(last_name(path), &st);
  close(fd);
}

int
main(int argc, char **argv)
{
  if(argc < 2)
    ls(".");
  for(int i = 1; i < argc; i++)
    ls(argv[i]);
  exit(0);
}
