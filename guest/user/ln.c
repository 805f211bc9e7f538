// ln OLD NEW: a second name for a file.

#include "user.h"

int
main(int argc, char **argv)
{
  if(argc != 3){
    fprintf(STDERR, "usage: ln old new\n");
    exit(1);
  }
  if(link(argv[1], argv[2]) < 0){
    fprintf(STDERR, "link %s %s: failed\n", argv[1], argv[2]);
    exit(1);
  }
  exit(0);
}
