// init [PROGRAM ARGUMENT...]: keeps a program running: starts it again whenever it ends, and says
// so; gives up, with status 1, one that cannot be started at all. The first process is init without
// arguments: it opens the console, keeps a shell running, and buries the processes whose parents
// have ended.

#include "user.h"

#define TICKS_SECOND 100
#define NOT_STARTED  127
#define MOST_TRIES   5 // memory may have run out for a moment; a missing program stays missing

static void
open_console(void)
{
  if(open("console", O_RDWR) < 0){
    mknod("console", CONSOLE, 0);
    open("console", O_RDWR);
  }
  dup(STDIN);
  dup(STDIN);
}

// A program that cannot be executed ends with NOT_STARTED.
static int
start(char *argv[])
{
  int pid = fork();

  if(pid < 0){
    printf("init: fork failed\n");
    exit(1);
  }
  if(pid == 0){
    exec(argv[0], argv);
    printf("init: exec %s failed\n", argv[0]);
    exit(NOT_STARTED);
  }
  return pid;
}

// Waits for the end of one process, burying others meanwhile; its status.
static int
end_of(int pid)
{
  int status;

  for(int ended = 0; ended != pid;){
    ended = wait(&status);
    if(ended < 0){
      printf("init: wait returned an error\n");
      exit(1);
    }
  }
  return status;
}

// Ends init once a program could not be started so many times in a row.
static void
unless_hopeless(const char *program, int status)
{
  static int tries;

  tries = status == NOT_STARTED ? tries + 1 : 0;
  if(tries == MOST_TRIES){
    printf("init: %s cannot be started, tried %d times: giving up\n", program, tries);
    exit(1);
  }
}

// A program that ends within a second is started once a second.
static void
keep(char *argv[])
{
  for(;;){
    int started = uptime(), status = end_of(start(argv)), lived = uptime() - started;
    unless_hopeless(argv[0], status);
    printf("init: %s ended with status %d, starting it again\n", argv[0], status);
    if(lived < TICKS_SECOND)
      sleep(TICKS_SECOND - lived);
  }
}

// A shell that ended well is followed by another at once, one that failed a second later.
static void __attribute__((noreturn))
keep_shell(void)
{
  static char *shell[] = { "sh", NULL };

  for(;;){
    printf("init: starting sh\n");
    int status = end_of(start(shell));
    unless_hopeless(shell[0], status);
    if(status != 0)
      sleep(TICKS_SECOND);
  }
}

int
main(int argc, char *argv[])
{
  struct stat st;

  if(argc > 1){
    if(stat(argv[1], &st) < 0){
      fprintf(STDERR, "init: no program %s\n", argv[1]);
      exit(1);
    }
    keep(argv + 1);
  }
  open_console();
  keep_shell();
}
