// space HOW BYTES [cold] [hold]: creates one space of BYTES and marks how long the kernel takes
// (REGION_SPACE).
//
//   sbrk  sbrk, then a store to each page
//   fork  the parent's call of fork, while it holds BYTES beyond this program
//   exec  from the call of exec to the first instruction of a program whose bss is BYTES
//
// cold: another process holds the frames that have been used since boot, so that the space gets new
// ones.
//
// hold: the space lives until a line is read, so that it can be looked at.
//
// Each begins just after a timer tick, so that no tick falls into a space that takes less than the time
// between two (10 ms); where ticks fall otherwise depends on what ran before, mirrored or not.
//
// Prints "space HOW BYTES ok".

#include "mark.h"
#include "user.h"

#define PAGE    4096
#define BALLAST (1024 * 1024) // more than all frames that were free again when the shell first prompted

extern char exec_text[], exec_text_end[]; // space_exec.S

struct elf_header {
  uint8 ident[16];
  ushort type, machine;
  uint version;
  uint64 entry, phoff, shoff;
  uint flags;
  ushort ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct program_header {
  uint type, flags;
  uint64 offset, vaddr, paddr, filesz, memsz, align;
};

static void __attribute__((noreturn))
fail(const char *what)
{
  printf("space: %s failed\n", what);
  exit(1);
}

static void
touch(char *p, int bytes)
{
  for(int i = 0; i < bytes; i += PAGE)
    *(volatile char *)(p + i) = 1;
}

// The other process of a space: it says when it is there, and lives until the pipe to it closes.
struct other {
  int pid;
  int there; // read end
  int live;  // write end
};

static struct other other = { .pid = 0 };

// Forks a process whose descriptors 0 and 1 are the ends of pipes to this one. 0 in the new process.
static int
start_other(void)
{
  int there[2], live[2];
  if(pipe(there) < 0 || pipe(live) < 0)
    fail("pipe");
  int pid = fork();
  if(pid < 0)
    fail("fork");
  if(pid == 0){
    close(0);
    dup(live[0]);
    close(1);
    dup(there[1]);
    close(there[0]);
    close(there[1]);
    close(live[0]);
    close(live[1]);
    return 0;
  }
  close(there[1]);
  close(live[0]);
  other = (struct other){ pid, there[0], live[1] };
  return pid;
}

static void
await_other(void)
{
  char byte;
  if(read(other.there, &byte, 1) != 1)
    fail("other process");
}

static void
end_other(void)
{
  int status;
  if(other.pid == 0)
    return;
  close(other.live);
  if(wait(&status) != other.pid || status != 0)
    fail("other process");
}

static void
space_sbrk(int bytes)
{
  sleep(1);
  MARK_BEGIN(REGION_SPACE);
  char *p = sbrk(bytes);
  if(p == (char *)-1)
    fail("sbrk");
  touch(p, bytes);
  MARK_END(REGION_SPACE);
}

static void
space_fork(int bytes)
{
  int live[2];
  char byte;
  char *p = sbrk(bytes);
  if(p == (char *)-1)
    fail("sbrk");
  touch(p, bytes);
  if(pipe(live) < 0)
    fail("pipe");
  sleep(1);
  MARK_BEGIN(REGION_SPACE);
  int pid = fork();
  if(pid == 0){
    close(live[1]);
    read(live[0], &byte, 1);
    exit(0);
  }
  MARK_END(REGION_SPACE);
  if(pid < 0)
    fail("fork");
  close(live[0]);
  other = (struct other){ .pid = pid, .live = live[1] };
}

// Writes a program: one page of code that makes the end mark and exits, and a bss of `bytes`.
static void
write_program(const char *path, int bytes)
{
  int text = exec_text_end - exec_text;
  struct elf_header elf = {
    .ident = { 0x7f, 'E', 'L', 'F', 2, 1, 1 }, // 64 bits, little-endian, version 1
    .type = 2, .machine = 243, .version = 1,   // executable, RISC-V
    .phoff = sizeof(elf), .ehsize = sizeof(elf),
    .phentsize = sizeof(struct program_header), .phnum = 2,
  };
  struct program_header headers[2] = {
    { .type = 1, .flags = 5, .offset = sizeof(elf) + sizeof(headers), .vaddr = 0,
      .filesz = text, .memsz = text, .align = PAGE },
    { .type = 1, .flags = 6, .offset = sizeof(elf) + sizeof(headers) + text, .vaddr = PAGE,
      .filesz = 0, .memsz = bytes, .align = PAGE },
  };
  int fd = open(path, O_CREATE | O_TRUNC | O_WRONLY);
  if(fd < 0 || write(fd, &elf, sizeof(elf)) != sizeof(elf) ||
     write(fd, headers, sizeof(headers)) != sizeof(headers) || write(fd, exec_text, text) != text)
    fail("write");
  close(fd);
}

static void
space_exec(int bytes)
{
  char *argv[] = { "space-program", NULL };
  write_program("/space-program", bytes);
  if(start_other() == 0){
    sleep(1);
    MARK_BEGIN(REGION_SPACE);
    exec("/space-program", argv);
    exit(1);
  }
  await_other();
  unlink("/space-program");
}

// A process that holds BALLAST bytes of the frames freed last until it is killed.
static int
hold_frames(void)
{
  int ready[2];
  char byte = 0;
  if(pipe(ready) < 0)
    fail("pipe");
  int pid = fork();
  if(pid < 0)
    fail("fork");
  if(pid == 0){
    char *p = sbrk(BALLAST);
    if(p == (char *)-1)
      fail("sbrk");
    touch(p, BALLAST);
    write(ready[1], &byte, 1);
    for(;;)
      sleep(1000);
  }
  close(ready[1]);
  if(read(ready[0], &byte, 1) != 1)
    fail("holder");
  close(ready[0]);
  return pid;
}

static void
read_line(void)
{
  char c = 0;
  while(c != '\n' && read(STDIN, &c, 1) == 1)
    ;
}

static int
has_word(int argc, char **argv, const char *word)
{
  for(int i = 3; i < argc; i++){
    if(strcmp(argv[i], word) == 0)
      return 1;
  }
  return 0;
}

int
main(int argc, char **argv)
{
  int cold = has_word(argc, argv, "cold"), hold = has_word(argc, argv, "hold");
  int bytes = argc == 3 + cold + hold ? atoi(argv[2]) : 0;
  int holder = bytes > 0 && cold ? hold_frames() : 0;
  if(bytes > 0 && strcmp(argv[1], "sbrk") == 0)
    space_sbrk(bytes);
  else if(bytes > 0 && strcmp(argv[1], "fork") == 0)
    space_fork(bytes);
  else if(bytes > 0 && strcmp(argv[1], "exec") == 0)
    space_exec(bytes);
  else {
    fprintf(STDERR, "usage: space sbrk|fork|exec bytes [cold] [hold]\n");
    exit(1);
  }
  printf("space %s %d ok\n", argv[1], bytes);
  if(hold)
    read_line();
  end_other();
  if(holder != 0 && (kill(holder) < 0 || wait(NULL) != holder))
    fail("kill");
  exit(0);
}
