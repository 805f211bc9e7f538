// micro NAME [N]: does one small thing N times, each time between a begin and an end mark, so that
// the machine can say what each took. Prints "micro NAME N ok".
//
//   syscall     getpid
//   fork        fork a child that has nothing to do, and wait for it
//   wait        only the wait, for a child that was just forked
//   exec        from the call of exec to main of the program
//   page-fault  the first touch of a page of sbrk_lazy
//   switch      yield to a second process and back: two switches
//   pipe        a byte to a second process and one back

#include "mark.h"
#include "user.h"

#define PAGE 4096

static void __attribute__((noreturn))
fail(const char *what)
{
  printf("micro: %s failed\n", what);
  exit(1);
}

static int
must_fork(void)
{
  int pid = fork();
  if(pid < 0)
    fail("fork");
  return pid;
}

static void
micro_syscall(int n)
{
  for(int i = 0; i < n; i++){
    MARK_BEGIN(REGION_SYSCALL);
    getpid();
    MARK_END(REGION_SYSCALL);
  }
}

static void
micro_fork(int n)
{
  for(int i = 0; i < n; i++){
    MARK_BEGIN(REGION_FORK);
    int pid = fork();
    if(pid == 0)
      exit(0);
    int ended = wait(NULL);
    MARK_END(REGION_FORK);
    if(pid < 0 || ended != pid)
      fail("fork");
  }
}

static void
micro_wait(int n)
{
  for(int i = 0; i < n; i++){
    int pid = must_fork();
    if(pid == 0)
      exit(0);
    MARK_BEGIN(REGION_WAIT);
    int ended = wait(NULL);
    MARK_END(REGION_WAIT);
    if(ended != pid)
      fail("wait");
  }
}

// The program that it starts is micro itself, whose main makes the end mark.
static void
micro_exec(int n)
{
  char *argv[] = { "micro", "exec-end", NULL };
  for(int i = 0; i < n; i++){
    if(must_fork() == 0){
      MARK_BEGIN(REGION_EXEC);
      exec("/micro", argv);
      fail("exec");
    }
    int status;
    if(wait(&status) < 0 || status != 0)
      fail("exec");
  }
}

static void
micro_page_fault(int n)
{
  char *pages = sbrk_lazy(n * PAGE);
  if(pages == (char *)-1)
    fail("sbrk_lazy");
  for(int i = 0; i < n; i++){
    volatile char *page = pages + (long)i * PAGE;
    MARK_BEGIN(REGION_PAGE_FAULT);
    *page = 1;
    MARK_END(REGION_PAGE_FAULT);
  }
}

static void
micro_switch(int n)
{
  int other = must_fork();
  if(other == 0)
    for(;;)
      yield();
  for(int i = 0; i < n; i++){
    MARK_BEGIN(REGION_SWITCH);
    yield();
    MARK_END(REGION_SWITCH);
  }
  kill(other);
  wait(NULL);
}

static void
micro_pipe(int n)
{
  int there[2], back[2];
  char c = 'x';
  if(pipe(there) < 0 || pipe(back) < 0)
    fail("pipe");
  if(must_fork() == 0){
    close(there[1]);
    while(read(there[0], &c, 1) == 1)
      write(back[1], &c, 1);
    exit(0);
  }
  for(int i = 0; i < n; i++){
    MARK_BEGIN(REGION_PIPE);
    int sent = write(there[1], &c, 1);
    int got = read(back[0], &c, 1);
    MARK_END(REGION_PIPE);
    if(sent != 1 || got != 1)
      fail("pipe");
  }
  close(there[1]);
  wait(NULL);
}

static const struct {
  const char *name;
  void (*run)(int);
} micros[] = {
  { "syscall", micro_syscall },
  { "fork", micro_fork },
  { "wait", micro_wait },
  { "exec", micro_exec },
  { "page-fault", micro_page_fault },
  { "switch", micro_switch },
  { "pipe", micro_pipe },
};

int
main(int argc, char **argv)
{
  if(argc == 2 && strcmp(argv[1], "exec-end") == 0){
    MARK_END(REGION_EXEC);
    exit(0);
  }
  int n = argc > 2 ? atoi(argv[2]) : 100;
  for(unsigned long i = 0; argc > 1 && i < sizeof(micros) / sizeof(micros[0]); i++){
    if(strcmp(argv[1], micros[i].name) == 0 && n > 0 && n <= 10000){
      micros[i].run(n);
      printf("micro %s %d ok\n", argv[1], n);
      exit(0);
    }
  }
  fprintf(STDERR, "usage: micro syscall|fork|wait|exec|page-fault|switch|pipe [1 to 10000]\n");
  exit(1);
}
