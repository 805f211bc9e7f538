// Tests of memory: sbrk, lazy memory, what fork copies, and the end of it all.

#include "usertests.h"

#define MiB (1024 * 1024)

static void
fill(char *p, int bytes, int seed)
{
  for(int i = 0; i < bytes; i += 512)
    p[i] = i / 512 + seed;
}

static int
holds(const char *p, int bytes, int seed)
{
  for(int i = 0; i < bytes; i += 512)
    if(p[i] != (char)(i / 512 + seed))
      return 0;
  return 1;
}

// Grows by small and large steps; what was there stays, what comes is at the end of what was.
void
test_sbrk(void)
{
  char *start = sbrk(0), *end = start;
  for(int i = 0; i < 5000; i++){
    MUST(sbrk(1) == end);
    *end++ = i;
  }
  for(int i = 0; i < 5000; i++)
    MUST(start[i] == (char)i);
  char *big = sbrk(4 * MiB);
  MUST(big == end);
  fill(big, 4 * MiB, 3);
  MUST(holds(big, 4 * MiB, 3));
  MUST(sbrk(-4 * MiB) == big + 4 * MiB);
  MUST(sbrk(0) == end);
  for(int i = 0; i < 5000; i++)
    MUST(start[i] == (char)i);
}

static char *beyond;

static void
touch_beyond(void)
{
  *(volatile char *)beyond = 1;
}

void
test_sbrk_shrink(void)
{
  char *p = sbrk(3 * PAGE);
  fill(p, 3 * PAGE, 1);
  sbrk(-2 * PAGE);
  MUST(holds(p, PAGE, 1));
  beyond = (char *)(((uint64)sbrk(0) + PAGE - 1) & ~(uint64)(PAGE - 1));
  MUST(status_of(touch_beyond) == KILLED);
  // What comes back is zero.
  p = sbrk(2 * PAGE);
  for(int i = 0; i < 2 * PAGE; i++)
    if(p + i >= beyond)
      MUST(p[i] == 0);
}

void
test_sbrk_refused(void)
{
  char *end = sbrk(0);
  MUST(sbrk(0x7fffffff) == (char *)-1);
  MUST(sbrk(0) == end);
  // xv6's answer to a wish for less than nothing: the old size, and nothing has gone.
  MUST(sbrk(-(int)(uint64)end - 1) == end);
  MUST(sbrk(-0x7fffffff - 1) == end);
  MUST(sbrk(0) == end);
  *(volatile char *)(end - 1) = 1;
}

// Fresh memory passes through files and pipes, across page boundaries.
void
test_sbrk_io(void)
{
  char *p = sbrk(3 * PAGE);
  fill(p, 2 * PAGE, 7);
  int fd = open("ut-io", O_CREATE | O_RDWR);
  MUST(fd >= 0);
  MUST(write(fd, p, 2 * PAGE) == 2 * PAGE);
  close(fd);
  char *q = sbrk(2 * PAGE);
  fd = open("ut-io", O_RDONLY);
  MUST(read(fd, q, 2 * PAGE) == 2 * PAGE);
  close(fd);
  MUST(unlink("ut-io") == 0);
  MUST(memcmp(p, q, 2 * PAGE) == 0);
}

// Frames that another process filled come back as zeros.
static void
dirty(void)
{
  memset(sbrk(MiB), 0xa5, MiB);
}

void
test_sbrk_zeroed(void)
{
  MUST(status_of(dirty) == 0);
  const char *p = sbrk(MiB);
  for(int i = 0; i < MiB; i++)
    MUST(p[i] == 0);
}

// malloc and free, up to 8 MiB, in a pattern that leaves holes and fills them.
void
test_mem(void)
{
  struct chunk { struct chunk *next; int n; } *list = NULL;
  int n;
  for(n = 0; n < 800; n++){
    struct chunk *c = malloc(10001);
    MUST(c != NULL);
    c->next = list;
    c->n = n;
    list = c;
  }
  while(list != NULL){
    MUST(list->n == --n);
    struct chunk *next = list->next;
    free(list);
    list = next;
  }
  char *end = sbrk(0);
  void *all = malloc(6 * MiB);
  MUST(all != NULL);
  MUST(sbrk(0) == end); // the chunks were joined again
  free(all);
}

void
test_lazy(void)
{
  struct statistics before, after;
  MUST(statistics(&before) == 0);
  char *p = sbrk_lazy(64 * PAGE);
  MUST(p != (char *)-1);
  MUST(statistics(&after) == 0);
  MUST(before.frames_free == after.frames_free);
  for(int i = 63; i >= 0; i--)
    MUST(p[i * PAGE] == 0);
  fill(p, 64 * PAGE, 9);
  MUST(holds(p, 64 * PAGE, 9));
  MUST(statistics(&after) == 0);
  MUST(before.frames_free >= after.frames_free + 64);
  MUST(sbrk(-64 * PAGE) == p + 64 * PAGE);
}

// The newest xv6 asks for lazy memory by sbrk's second argument, older ones leave anything there.
void
test_sbrk_flag(void)
{
  static const struct { long flag; int eager; } calls[] = {
    { 0, 1 }, { SBRK_EAGER, 1 }, { SBRK_LAZY, 0 }, { 3, 1 }, { -1, 1 }, { 0x1234567890, 1 },
  };
  struct statistics before, after;
  for(unsigned long i = 0; i < sizeof(calls) / sizeof(calls[0]); i++){
    char *end = sbrk(0);
    MUST(statistics(&before) == 0);
    MUST(call(SYS_sbrk, 8 * PAGE, calls[i].flag, 0) == (long)end);
    MUST(statistics(&after) == 0);
    MUST((before.frames_free >= after.frames_free + 8) == calls[i].eager);
    MUST(sbrk(0) == end + 8 * PAGE);
    end[8 * PAGE - 1] = 1;
    MUST(call(SYS_sbrk, -8 * PAGE, calls[i].flag, 0) == (long)(end + 8 * PAGE));
    MUST(sbrk(0) == end);
  }
}

// The kernel touches lazy memory, too.
void
test_lazy_io(void)
{
  char *p = sbrk_lazy(4 * PAGE);
  int ends[2];
  MUST(pipe(ends) == 0);
  MUST(write(ends[1], p + PAGE - 4, 8) == 8);
  MUST(read(ends[0], p + 3 * PAGE - 4, 8) == 8);
  for(int i = 0; i < 4 * PAGE; i++)
    MUST(p[i] == 0);
  MUST(fstat(ends[0], (struct stat *)(p + PAGE)) == -1);
}

static char *lazy;

static void
write_lazy(void)
{
  fill(lazy, 8 * PAGE, 2);
  MUST(holds(lazy, 8 * PAGE, 2));
}

void
test_lazy_fork(void)
{
  lazy = sbrk_lazy(8 * PAGE);
  lazy[4 * PAGE] = 5;
  MUST(status_of(write_lazy) == 0);
  MUST(lazy[0] == 0);
  MUST(lazy[4 * PAGE] == 5);
}

static char zeroed[3 * PAGE];
static int filled[4] = { 1, 2, 3, 4 };

void
test_bss(void)
{
  for(unsigned long i = 0; i < sizeof(zeroed); i++)
    MUST(zeroed[i] == 0);
  MUST(filled[0] + filled[1] + filled[2] + filled[3] == 10);
}

// After fork, parent and child have memory of their own: heap, data, stack.
void
test_fork_copies(void)
{
  char *heap = sbrk(16 * PAGE);
  volatile int local = 1;
  fill(heap, 16 * PAGE, 1);
  filled[0] = 100;
  int pid = fork();
  MUST(pid >= 0);
  if(pid == 0){
    MUST(holds(heap, 16 * PAGE, 1) && filled[0] == 100 && local == 1);
    fill(heap, 16 * PAGE, 2);
    filled[0] = 200;
    local = 2;
    exit(0);
  }
  int status;
  MUST(wait(&status) == pid && status == 0);
  MUST(holds(heap, 16 * PAGE, 1) && filled[0] == 100 && local == 1);
}

// To the last frame: sbrk says no, nothing breaks, and a smaller wish may still be granted.
void
test_exhaust(void)
{
  int steps = 0;
  while(sbrk(MiB) != (char *)-1)
    steps++;
  MUST(steps > 0);
  MUST(sbrk(MiB) == (char *)-1);
  while(sbrk(PAGE) != (char *)-1)
    ;
  MUST(fork() == -1);
  int ends[2];
  pipe(ends); // may work or not, and must not panic
  sbrk(-(1 << 20));
  MUST(sbrk(PAGE) != (char *)-1);
}
