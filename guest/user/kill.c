// kill PID…: ends processes.

#include "user.h"

int
main(int argc, char **argv)
{
  if(argc < 2){
    fprintf(STDERR, "usage: kill pid...\n");
    exit(1);
  }
  int failed = 0;
  for(int i = 1; i < argc; i++){
    if(kill(atoi(argv[i])) < 0){
      fprintf(STDERR, "kill: no process %s\n", argv[i]);
      failed = 1;
    }
  }
  exit(failed);
}
