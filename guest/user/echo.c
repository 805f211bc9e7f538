// echo [WORD…]: its words, a space between, a newline after.

#include "user.h"

int
main(int argc, char **argv)
{
  for(int i = 1; i < argc; i++){
    write(STDOUT, argv[i], strlen(argv[i]));
    write(STDOUT, i + 1 < argc ? " " : "\n", 1);
  }
  exit(0);
}
