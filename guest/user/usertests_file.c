// Tests of files and directories.

#include "usertests.h"

#define LARGEST (268 * BSIZE)

static char buffer[12 * BSIZE];

static void
write_file(const char *path, const char *text)
{
  int fd = open(path, O_CREATE | O_TRUNC | O_WRONLY), n = strlen(text);
  MUST(fd >= 0);
  MUST(write(fd, text, n) == n);
  MUST(close(fd) == 0);
}

static int
file_is(const char *path, const char *text)
{
  int fd = open(path, O_RDONLY), n = strlen(text);
  if(fd < 0)
    return 0;
  int got = read(fd, buffer, sizeof(buffer));
  close(fd);
  return got == n && memcmp(buffer, text, n) == 0;
}

// Writes of many sizes, each file written twice over and removed.
void
test_bigwrite(void)
{
  for(int size = 499; size < (int)sizeof(buffer); size += 471){
    int fd = open("ut-bigwrite", O_CREATE | O_RDWR);
    MUST(fd >= 0);
    for(int i = 0; i < 2; i++)
      MUST(write(fd, buffer, size) == size);
    struct stat st;
    MUST(fstat(fd, &st) == 0 && st.size == 2 * (uint64)size);
    close(fd);
    MUST(unlink("ut-bigwrite") == 0);
  }
}

void
test_largest_file(void)
{
  int fd = open("ut-largest", O_CREATE | O_RDWR), i;
  MUST(fd >= 0);
  for(i = 0; i < LARGEST / BSIZE; i++){
    *(int *)buffer = i;
    MUST(write(fd, buffer, BSIZE) == BSIZE);
  }
  MUST(write(fd, buffer, 1) <= 0);
  close(fd);
  fd = open("ut-largest", O_RDONLY);
  for(i = 0; i < LARGEST / BSIZE; i++)
    MUST(read(fd, buffer, BSIZE) == BSIZE && *(int *)buffer == i);
  MUST(read(fd, buffer, BSIZE) == 0);
  close(fd);
  MUST(unlink("ut-largest") == 0);
}

void
test_create(void)
{
  char path[] = "ut-c00";
  for(int round = 0; round < 2; round++){
    for(int i = 0; i < 40; i++){
      path[4] = '0' + i / 10;
      path[5] = '0' + i % 10;
      if(round == 0)
        write_file(path, path);
      else
        MUST(file_is(path, path) && unlink(path) == 0);
    }
  }
  MUST(open(path, O_RDONLY) == -1);
}

void
test_link(void)
{
  struct stat st;
  write_file("ut-a", "text");
  MUST(link("ut-a", "ut-b") == 0);
  MUST(stat("ut-b", &st) == 0 && st.nlink == 2);
  MUST(unlink("ut-a") == 0);
  MUST(open("ut-a", O_RDONLY) == -1);
  MUST(file_is("ut-b", "text"));
  MUST(link("ut-b", "ut-b") == -1);
  MUST(link("ut-a", "ut-c") == -1);
  MUST(link(".", "ut-c") == -1);
  MUST(unlink("ut-b") == 0);
  MUST(unlink("ut-b") == -1);
}

// A file without a name lives while it is open.
void
test_unlink_open(void)
{
  write_file("ut-u", "hello");
  int fd = open("ut-u", O_RDWR);
  MUST(fd >= 0);
  MUST(unlink("ut-u") == 0);
  write_file("ut-u", "other");
  MUST(read(fd, buffer, sizeof(buffer)) == 5 && memcmp(buffer, "hello", 5) == 0);
  MUST(write(fd, buffer, 10) == 10);
  close(fd);
  MUST(file_is("ut-u", "other"));
  MUST(unlink("ut-u") == 0);
}

void
test_truncate(void)
{
  write_file("ut-t", "abcdef");
  int reader = open("ut-t", O_RDONLY);
  MUST(read(reader, buffer, 2) == 2);
  int writer = open("ut-t", O_WRONLY | O_TRUNC);
  MUST(writer >= 0);
  MUST(read(reader, buffer, 10) == 0);
  MUST(write(writer, "123456", 6) == 6);
  MUST(read(reader, buffer, 10) == 4 && memcmp(buffer, "3456", 4) == 0);
  close(reader);
  close(writer);
  MUST(unlink("ut-t") == 0);
}

// An open file and its offset are shared over fork and dup.
void
test_shared_offset(void)
{
  int fd = open("ut-s", O_CREATE | O_RDWR), status;
  MUST(fd >= 0);
  int pid = fork();
  memset(buffer, pid == 0 ? 'c' : 'p', 10);
  for(int i = 0; i < 100; i++)
    MUST(write(fd, buffer, 10) == 10);
  if(pid == 0)
    exit(0);
  MUST(wait(&status) == pid && status == 0);
  close(fd);
  fd = open("ut-s", O_RDONLY);
  int c = 0, p = 0, n;
  while((n = read(fd, buffer, sizeof(buffer))) > 0){
    for(int i = 0; i < n; i++){
      c += buffer[i] == 'c';
      p += buffer[i] == 'p';
    }
  }
  close(fd);
  MUST(unlink("ut-s") == 0);
  MUST(c == 1000 && p == 1000);
}

void
test_directories(void)
{
  MUST(mkdir("ut-d") == 0);
  MUST(mkdir("ut-d") == -1);
  MUST(mkdir("ut-d/e") == 0);
  MUST(mkdir("no-such/e") == -1);
  write_file("ut-d/e/f", "deep");
  MUST(chdir("ut-d/e") == 0);
  MUST(file_is("f", "deep"));
  MUST(file_is("../e/f", "deep"));
  MUST(file_is("./../../ut-d//e/./f", "deep"));
  MUST(unlink("../../ut-d") == -1);
  MUST(chdir("f") == -1);
  MUST(chdir("../..") == 0);
  MUST(unlink("ut-d/e") == -1);
  MUST(unlink("ut-d/e/f") == 0);
  MUST(unlink("ut-d/e") == 0);
  MUST(chdir("ut-d") == 0);
  MUST(unlink("../ut-d") == 0);
  // The directory has no name any more.
  MUST(open("f", O_CREATE | O_RDWR) == -1 || unlink("f") == 0);
  MUST(chdir("/") == 0);
  MUST(chdir("ut-d") == -1);
  MUST(chdir("/../..") == 0);
  MUST(file_is("README", "no") == 0);
}

void
test_dots(void)
{
  MUST(mkdir("ut-dots") == 0);
  MUST(chdir("ut-dots") == 0);
  MUST(unlink(".") == -1);
  MUST(unlink("..") == -1);
  MUST(chdir("..") == 0);
  MUST(unlink("ut-dots/.") == -1);
  MUST(unlink("ut-dots/..") == -1);
  MUST(unlink("ut-dots") == 0);
  MUST(unlink("/") == -1);
  MUST(mkdir("/") == -1);
  MUST(mkdir(".") == -1);
}

// A name holds 14 bytes; what is longer is cut off, in every call alike.
void
test_long_names(void)
{
  write_file("12345678901234", "fourteen");
  MUST(file_is("123456789012345", "fourteen"));
  MUST(mkdir("12345678901234x") == -1);
  MUST(unlink("12345678901234yz") == 0);
  MUST(open("12345678901234", O_RDONLY) == -1);
}

void
test_big_directory(void)
{
  char name[] = "ut-x000";
  write_file("ut-x", "");
  for(int round = 0; round < 2; round++){
    for(int i = 0; i < 200; i++){
      name[4] = '0' + i / 100;
      name[5] = '0' + i / 10 % 10;
      name[6] = '0' + i % 10;
      MUST((round == 0 ? link("ut-x", name) : unlink(name)) == 0);
    }
  }
  struct stat st;
  MUST(stat("ut-x", &st) == 0 && st.nlink == 1);
  MUST(unlink("ut-x") == 0);
}

// Four processes create and remove the same names; each name ends up gone.
void
test_concurrent_create(void)
{
  int status;
  for(int me = 0; me < 4; me++){
    int pid = fork();
    MUST(pid >= 0);
    if(pid == 0){
      char name[] = "ut-k0";
      for(int i = 0; i < 30; i++){
        name[4] = '0' + (i + me) % 5;
        int fd = open(name, O_CREATE | O_RDWR);
        MUST(fd >= 0);
        close(fd);
        unlink(name);
      }
      exit(0);
    }
  }
  for(int i = 0; i < 4; i++)
    MUST(wait(&status) > 0 && status == 0);
  for(char name[] = "ut-k0"; name[4] < '5'; name[4]++)
    MUST(unlink(name) == -1);
}

// Four processes write a file each at the same time; each file holds only its own.
void
test_concurrent_write(void)
{
  char name[] = "ut-w0";
  int status;
  for(int me = 0; me < 4; me++){
    name[4] = '0' + me;
    int pid = fork();
    MUST(pid >= 0);
    if(pid == 0){
      int fd = open(name, O_CREATE | O_RDWR);
      MUST(fd >= 0);
      memset(buffer, '0' + me, 500);
      for(int i = 0; i < 12; i++)
        MUST(write(fd, buffer, 500) == 500);
      exit(0);
    }
  }
  for(int i = 0; i < 4; i++)
    MUST(wait(&status) > 0 && status == 0);
  for(int me = 0; me < 4; me++){
    name[4] = '0' + me;
    int fd = open(name, O_RDONLY), total = 0, n;
    while((n = read(fd, buffer, sizeof(buffer))) > 0)
      for(int i = 0; i < n; i++, total++)
        MUST(buffer[i] == '0' + me);
    MUST(total == 6000);
    close(fd);
    MUST(unlink(name) == 0);
  }
}

void
test_open_refused(void)
{
  MUST(open("no-such-file", O_RDONLY) == -1);
  MUST(open("/README/x", O_RDONLY) == -1);
  MUST(open("/README/x", O_CREATE | O_RDWR) == -1);
  MUST(open(".", O_WRONLY) == -1);
  MUST(open(".", O_RDWR) == -1);
  MUST(open("/", O_CREATE | O_WRONLY) == -1);
  int fd = open("/README", O_RDONLY);
  MUST(write(fd, "x", 1) == -1);
  close(fd);
  write_file("ut-o", "x");
  fd = open("ut-o", O_WRONLY);
  MUST(read(fd, buffer, 1) == -1);
  close(fd);
  MUST(unlink("ut-o") == 0);
}

// Blocks that were freed come back zeroed, not with what they held.
void
test_hole(void)
{
  struct stat st;
  memset(buffer, 'z', sizeof(buffer));
  int fd = open("ut-h", O_CREATE | O_RDWR);
  MUST(write(fd, buffer, sizeof(buffer)) == sizeof(buffer));
  close(fd);
  MUST(unlink("ut-h") == 0);
  write_file("ut-h", "1");
  MUST(stat("ut-h", &st) == 0 && st.size == 1);
  MUST(file_is("ut-h", "1"));
  MUST(unlink("ut-h") == 0);
}

void
test_device(void)
{
  struct stat st;
  int fd = open("/console", O_RDWR);
  MUST(fd >= 0);
  MUST(fstat(fd, &st) == 0 && st.type == T_DEVICE);
  MUST(write(fd, "", 0) == 0);
  close(fd);
  MUST(mknod("ut-dev", 99, 0) == 0);
  MUST((fd = open("ut-dev", O_RDWR)) == -1 || read(fd, buffer, 1) == -1);
  if(fd >= 0)
    close(fd);
  MUST(unlink("ut-dev") == 0);
}
