// mkdir NAME…: makes directories.

#include "user.h"

int
main(int argc, char **argv)
{
  if(argc < 2){
    fprintf(STDERR, "usage: mkdir name...\n");
    exit(1);
  }
  for(int i = 1; i < argc; i++){
    if(mkdir(argv[i]) < 0){
      fprintf(STDERR, "mkdir: %s failed to create\n", argv[i]);
      exit(1);
    }
  }
  exit(0);
}
