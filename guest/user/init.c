// The first process: opens the console, keeps a shell running, and buries the processes nobody
// waits for.

#include "user.h"

int
main(void)
{
  if(open("console", O_RDWR) < 0){
    mknod("console", CONSOLE, 0);
    open("console", O_RDWR);
  }
  dup(STDIN);
  dup(STDIN);

  for(;;){
    printf("init: starting sh\n");
    int shell = fork();
    if(shell < 0){
      printf("init: fork failed\n");
      exit(1);
    }
    if(shell == 0){
      char *argv[] = { "sh", NULL };
      exec("sh", argv);
      printf("init: exec sh failed\n");
      exit(1);
    }
    for(int ended = 0; ended != shell;){
      ended = wait(NULL);
      if(ended < 0){
        printf("init: wait returned an error\n");
        exit(1);
      }
    }
  }
}
