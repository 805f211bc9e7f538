// Tests with hostile arguments: no pointer, number or instruction of a process hurts another
// process or the kernel.

#include "usertests.h"

// Addresses that are none of ours: the kernel, devices, the top of the address space, the range of
// backups (our own pages + 2^37), and numbers that wrap around.
static const uint64 hostile[] = {
  0x80000000UL, 0x80200000UL, 0x88000000UL, 0x10000000UL, 0x0c000000UL,
  0x2000000000UL, 0x2000001000UL, 0x2080200000UL,
  0x3fffffe000UL, 0x3ffffff000UL, 0x3fffffffffUL, 0x4000000000UL,
  0x7fffffffffffffffUL, 0x8000000000000000UL, 0xffffffc000000000UL,
  0xfffffffffffff000UL, 0xffffffffffffffffUL,
};

#define HOSTILES ((int)(sizeof(hostile) / sizeof(hostile[0])))

void
test_bad_pointers_in(void)
{
  int ends[2];
  int fd = open("ut-in", O_CREATE | O_WRONLY);
  MUST(fd >= 0 && pipe(ends) == 0);
  for(int i = 0; i < HOSTILES; i++){
    void *p = (void *)hostile[i];
    MUST(write(fd, p, 8192) <= 0);
    MUST(write(ends[1], p, 8192) <= 0);
    MUST(write(STDOUT, p, 1) <= 0);
  }
  // Half of it ours.
  char *end = sbrk(0);
  MUST(write(ends[1], end - 4, 2 * PAGE) <= 2 * PAGE - 1);
  close(fd);
  MUST(unlink("ut-in") == 0);
}

void
test_bad_pointers_out(void)
{
  int ends[2], fd = open("/README", O_RDONLY);
  MUST(fd >= 0 && pipe(ends) == 0);
  for(int i = 0; i < HOSTILES; i++){
    void *p = (void *)hostile[i];
    MUST(read(fd, p, 512) <= 0);
    MUST(write(ends[1], "x", 1) == 1);
    MUST(read(ends[0], p, 1) <= 0);
    MUST(fstat(fd, p) == -1);
    MUST(pipe(p) == -1);
    MUST(statistics(p) == -1);
    int pid = fork();
    if(pid == 0)
      exit(0);
    MUST(wait(p) == -1);
    while(wait(NULL) >= 0)
      ;
  }
  // Our own text is not writable, not even by the kernel.
  MUST(read(fd, (void *)test_bad_pointers_out, 16) <= 0);
}

void
test_bad_strings(void)
{
  for(int i = 0; i < HOSTILES; i++){
    char *p = (char *)hostile[i];
    char *argv[] = { "x", p, NULL };
    MUST(open(p, O_RDONLY) == -1);
    MUST(open(p, O_CREATE | O_RDWR) == -1);
    MUST(unlink(p) == -1);
    MUST(link(p, "ut-l") == -1);
    MUST(link("/README", p) == -1);
    MUST(mkdir(p) == -1);
    MUST(mknod(p, 1, 1) == -1);
    MUST(chdir(p) == -1);
    MUST(exec(p, argv) == -1);
    MUST(exec("/echo", argv) == -1);
    MUST(exec("/echo", (char **)p) == -1);
  }
  // A path that runs to the end of memory without a zero.
  sbrk(PAGE - (uint64)sbrk(0) % PAGE);
  char *end = sbrk(0);
  memset(end - 4, 'x', 4);
  MUST(open(end - 4, O_RDONLY) == -1);
  char *argv[] = { end - 4, NULL };
  MUST(exec("/echo", argv) == -1);
  // A path that is too long.
  static char path[MAXPATH * 2];
  memset(path, 'a', sizeof(path) - 1);
  MUST(open(path, O_CREATE | O_RDWR) == -1);
}

void
test_bad_arguments(void)
{
  char c;
  int fd = open("/README", O_RDONLY);
  MUST(read(fd, &c, -1) <= 0);
  MUST(read(fd, &c, -0x7fffffff - 1) <= 0);
  MUST(write(STDOUT, &c, -1) <= 0);
  MUST(read(fd, &c, 0) == 0);
  MUST(poll(NULL, -1, 0) == -1);
  MUST(poll((struct pollfd *)0x80000000UL, 1, 0) == -1);
  MUST(poll(NULL, 0x7fffffff, 0) == -1);
  MUST(sbrk_lazy(-0x7fffffff) == (char *)-1 || 1);
  MUST(kill(0x7fffffff) == -1);
}

void
test_bad_calls(void)
{
  static const long numbers[] = { 0, -1, 22, 23, 63, 72, 100, 1000, 0x7fffffff, 0x80000000L,
    0x100000001L, 0x7fffffffffffffffL, -0x7fffffffffffffffL - 1 };
  for(unsigned long i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++){
    // A kernel that looks at the low 32 bits sees fork in one of them; a child must not go on here.
    int me = getpid();
    long result = call(numbers[i], -1, -1, -1);
    if(getpid() != me)
      exit(0);
    if(numbers[i] != 0x100000001L)
      MUST((int)result == -1);
    while(wait(NULL) >= 0)
      ;
  }
  // Device numbers have 16 bits on the disk; what does not fit is not cut to fit.
  MUST(call(SYS_mknod, (long)"ut-bad", 0x10001, 0) == -1);
  MUST(call(SYS_mknod, (long)"ut-bad", 1, -0x8001) == -1);
}

void
test_bad_descriptors(void)
{
  static const int fds[] = { -1, NOFILE - 1, NOFILE, NOFILE + 1, 1000, 0x7fffffff,
    -0x7fffffff - 1 };
  char c;
  struct stat st;
  for(unsigned long i = 0; i < sizeof(fds) / sizeof(fds[0]); i++){
    MUST(read(fds[i], &c, 1) == -1);
    MUST(write(fds[i], &c, 1) == -1);
    MUST(close(fds[i]) == -1);
    MUST(dup(fds[i]) == -1);
    MUST(fstat(fds[i], &st) == -1);
    MUST(tcp_accept(fds[i]) == -1);
    MUST(set_nonblocking(fds[i], 1) == -1);
  }
}

// What the children below do; each must be ended by the kernel.
static uint64 target;

static void
load(void)
{
  *(volatile char *)target;
}

static void
store(void)
{
  *(volatile char *)target = 1;
}

static void
jump(void)
{
  ((void (*)(void))target)();
}

void
test_kernel_memory(void)
{
  for(int i = 0; i < HOSTILES; i++){
    target = hostile[i];
    MUST(status_of(load) == KILLED);
    MUST(status_of(store) == KILLED);
    MUST(status_of(jump) == KILLED);
  }
}

void
test_own_text(void)
{
  target = (uint64)test_own_text;
  MUST(status_of(load) == 0);
  MUST(status_of(store) == KILLED);
}

// Data, heap and stack cannot be executed.
void
test_no_execute(void)
{
  static uint code = 0x00008067; // ret
  uint local = code;
  uint *heap = (uint *)sbrk(PAGE);
  *heap = code;
  target = (uint64)&code;
  MUST(status_of(jump) == KILLED);
  target = (uint64)heap;
  MUST(status_of(jump) == KILLED);
  target = (uint64)&local;
  MUST(status_of(jump) == KILLED);
}

// One page below any place on the stack, as xv6's stacktest looks, is a page that a process may not
// touch; all of the stack's own page is there.
void
test_stack_guard(void)
{
  char local;
  uint64 page = (uint64)&local & ~(uint64)(PAGE - 1);
  target = page;
  MUST(status_of(load) == 0 && status_of(store) == 0);
  target = (uint64)&local - PAGE;
  MUST(status_of(load) == KILLED && status_of(store) == KILLED);
  MUST(write(STDOUT, (char *)page - 1, 1) <= 0);
  MUST(pipe((int *)(page - PAGE)) == -1);
}

static uint instruction;

// Code of our own, made by the linker: each of these words is executed by a child.
static void
bad_instruction(void)
{
  switch(instruction){
  case 0: __asm__ volatile(".word 0"); break;
  case 1: __asm__ volatile(".word 0xffffffff"); break;
  case 2: __asm__ volatile("csrr t0, sstatus" : : : "t0"); break;
  case 3: __asm__ volatile("csrw satp, zero"); break;
  case 4: __asm__ volatile("sret"); break;
  case 5: __asm__ volatile("mret"); break;
  case 6: __asm__ volatile("sfence.vma"); break;
  case 7: __asm__ volatile("ebreak"); break;
  case 8: __asm__ volatile("csrr t0, mstatus" : : : "t0"); break;
  }
}

void
test_bad_instructions(void)
{
  for(instruction = 0; instruction <= 8; instruction++)
    MUST(status_of(bad_instruction) == KILLED);
}

// Where the backup of an own page would be, if there is one, there is nothing for us: neither text,
// data, heap nor stack.
void
test_backup_window(void)
{
  char local;
  static char data = 1;
  char *heap = sbrk(PAGE);
  *heap = 1;
  const uint64 own[] = { (uint64)test_backup_window, (uint64)&data, (uint64)heap, (uint64)&local };
  for(int i = 0; i < 4; i++){
    target = own[i] + (1UL << 37);
    MUST(status_of(load) == KILLED);
    MUST(status_of(store) == KILLED);
    MUST(write(STDOUT, (char *)target, 1) <= 0);
    MUST(fstat(STDOUT, (struct stat *)target) == -1);
    MUST(open((char *)target, O_RDONLY) == -1);
  }
}
