// init [PROGRAM ARGUMENT...]: keeps a program running: starts it again whenever it ends, and says
// so. The first process is init without arguments: it opens the console, keeps a shell running, and
// buries the processes whose parents have ended.

#include "user.h"

#define TICKS_SECOND 100

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
    exit(1);
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

// A program that ends within a second is started once a second.
static void
keep(char *argv[])
{
  for(;;){
    int started = uptime(), status = end_of(start(argv)), lived = uptime() - started;
    printf("init: %s ended with status %d, starting it again\n", argv[0], status);
    if(lived < TICKS_SECOND)
      sleep(TICKS_SECOND - lived);
  }
}

int
main(int argc, char *argv[])
{
  static char *shell[] = { "sh", NULL };
  struct stat st;

  if(argc > 1){
    if(stat(argv[1], &st) < 0){
      fprintf(STDERR, "init: no program %s\n", argv[1]);
      exit(1);
    }
    keep(argv + 1);
  }
  open_console();
  for(;;){
    printf("init: starting sh\n");
    end_of(start(shell));
  }
}
