// forktest: forks until the kernel has no more processes, then checks that each child can be waited
// for.

#include "user.h"

#define MORE_THAN_ANY 1000

int
main(void)
{
  printf("fork test\n");
  int n;
  for(n = 0; n < MORE_THAN_ANY; n++){
    int pid = fork();
    if(pid < 0)
      break;
    if(pid == 0)
      exit(0);
  }
  if(n == MORE_THAN_ANY){
    printf("fork claimed to work %d times!\n", MORE_THAN_ANY);
    exit(1);
  }
  for(int i = 0; i < n; i++){
    if(wait(NULL) < 0){
      printf("wait stopped early\n");
      exit(1);
    }
  }
  if(wait(NULL) != -1){
    printf("wait got too many\n");
    exit(1);
  }
  printf("fork test OK\n");
  exit(0);
}
