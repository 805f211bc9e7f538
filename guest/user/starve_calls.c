// Each system call as starve makes it. Whatever a call reads or writes in the process's memory lies on a
// page that is only reserved (lazy), so that the kernel must find frames for it and its tables.

#include "user.h"
#include "starve.h"

#define PAGE    4096UL
#define SPAN (512 * PAGE) // what one page table of the lowest level covers
#define FILE    "starved"    // what a call may leave behind; starve removes it

static char *lazy; // begins a span that is reserved
static int fd, ends[2], child;
static const char *program;

void
reserve(void)
{
  char *end = sbrk_lazy(3 * SPAN);
  lazy = (char *)(((uint64)end + SPAN - 1) & ~(SPAN - 1));
}

void
reserve_around(void)
{
  reserve();
  lazy[8 * PAGE] = 77;
}

int
still_around(void)
{
  return lazy[8 * PAGE] == 77 && lazy[0] == 0;
}

void
be_sparse(void)
{
  reserve();
  lazy[0] = lazy[3 * PAGE] = lazy[SPAN + 5 * PAGE] = 1;
}

// The heap ends three pages below a span.
void
approach_span(void)
{
  reserve();
  sbrk(lazy + SPAN - 3 * PAGE - sbrk(0));
}

// Programs written by hand: three instructions at 0, and memory that ends where a table does, so that the
// stack needs one of its own.
struct elf_header {
  uint8  ident[16];
  ushort type, machine;
  uint   version;
  uint64 entry, phoff, shoff;
  uint   flags;
  ushort ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct program_header {
  uint   type, flags;
  uint64 offset, vaddr, paddr, filesz, memsz, align;
};

static void
write_program(uint64 end)
{
  static const uint code[] = { 0x00000513, 0x00200893, 0x00000073 }; // exit(0)
  struct program_header headers[2] = {
    { .type = 1, .flags = 5, .offset = sizeof(struct elf_header) + sizeof headers,
      .filesz = sizeof code, .memsz = sizeof code, .align = PAGE },
    { .type = 1, .flags = 6, .vaddr = end - 4 * PAGE, .memsz = 4 * PAGE, .align = PAGE },
  };
  struct elf_header elf = {
    .ident = { 0x7f, 'E', 'L', 'F', 2, 1, 1 }, .type = 2, .machine = 243, .version = 1,
    .phoff = sizeof elf, .ehsize = sizeof elf, .phentsize = sizeof headers[0], .phnum = 2,
  };
  int file = open(FILE, O_CREATE | O_TRUNC | O_WRONLY);
  write(file, &elf, sizeof elf);
  write(file, headers, sizeof headers);
  write(file, code, sizeof code);
  close(file);
  program = FILE;
}

void take_echo(void) { program = "/echo"; }
void take_span(void) { write_program(SPAN); }
void take_gigabyte(void) { write_program(512 * SPAN); }

void
have_zombie(void)
{
  reserve();
  child = fork();
  if(child == 0)
    exit(3);
  sleep(1);
}

int
still_zombie(void)
{
  int status;
  return wait(&status) == child && status == 3;
}

void
open_pipe(void)
{
  reserve();
  pipe(ends);
  write(ends[1], "x", 1);
  fd = ends[0];
}

// Just the one byte.
int
still_in_pipe(void)
{
  char bytes[2];
  return read(ends[0], bytes, 2) == 1 && bytes[0] == 'x';
}

void open_readme(void) { reserve(); fd = open("/README", O_RDONLY); }
void read_around(void) { reserve_around(); fd = open("/www/1k.bin", O_RDONLY); }
void open_new(void) { reserve(); fd = open(FILE, O_CREATE | O_RDWR); }
void open_console(void) { reserve(); fd = STDOUT; }
void make_file(void) { close(open(FILE, O_CREATE | O_RDWR)); }
void do_listen(void) { fd = tcp_listen(7, 4); set_nonblocking(fd, 1); }

long
call_fork(void)
{
  int pid = fork();
  if(pid == 0)
    exit(0);
  return pid < 0 ? -1 : wait(NULL);
}

long
call_exec(void)
{
  char *argv[] = { "starved", NULL };
  return exec(program, argv);
}

long call_sbrk(void) { return sbrk(6 * PAGE) == (char *)-1 ? -1 : 0; }
long call_sbrk_lazy(void) { return sbrk_lazy(SPAN) == (char *)-1 ? -1 : 0; }
long call_touch(void) { *(volatile char *)lazy = 1; return 0; } // or the process ends here
long call_wait(void) { return wait((int *)lazy); }
long call_pipe(void) { return pipe((int *)lazy); }
long call_read(void) { return read(fd, lazy, 1); }
long call_write(void) { return write(fd, lazy, 1); }
long call_write_pipe(void) { return write(ends[1], lazy, 1); }
long call_fstat(void) { return fstat(fd, (struct stat *)lazy); }
long call_statistics(void) { return statistics((struct statistics *)lazy); }
long call_poll(void) { return poll((struct pollfd *)lazy, 1, 0); }
long call_open(void) { return open(lazy, O_RDONLY); } // "": the current directory
long call_create(void) { return open(FILE, O_CREATE | O_RDWR); }
long call_close(void) { return close(fd); }
long call_dup(void) { return dup(STDOUT); }
long call_set_nonblocking(void) { return set_nonblocking(fd, 1); }
long call_mknod(void) { return mknod(FILE, 5, 5); }
long call_mkdir(void) { return mkdir(FILE); }
long call_chdir(void) { return chdir("/www"); }
long call_link(void) { return link("/README", FILE); }
long call_unlink(void) { return unlink(FILE); }
long call_kill(void) { return kill(child) == -1 ? 0 : -1; } // a zombie cannot be killed
long call_getpid(void) { return getpid(); }
long call_uptime(void) { return uptime(); }
long call_sleep(void) { return sleep(1); }
long call_yield(void) { return yield(); }
long call_listen(void) { return tcp_listen(7, 4); }
long call_accept(void) { return tcp_accept(fd) == E_AGAIN ? 0 : -1; }
