// rm NAME…: takes away files and empty directories.

#include "user.h"

int
main(int argc, char **argv)
{
  if(argc < 2){
    fprintf(STDERR, "usage: rm name...\n");
    exit(1);
  }
  for(int i = 1; i < argc; i++){
    if(unlink(argv[i]) < 0){
      fprintf(STDERR, "rm: %s failed to delete\n", argv[i]);
      exit(1);
    }
  }
  exit(0);
}
