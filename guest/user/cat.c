// cat [FILE…]: writes the files, or standard input, to standard output.

#include "user.h"

static char buffer[1024];

static void
cat(int fd)
{
  int n;
  while((n = read(fd, buffer, sizeof(buffer))) > 0){
    if(write(STDOUT, buffer, n) != n){
      fprintf(STDERR, "cat: write error\n");
      exit(1);
    }
  }
  if(n < 0){
    fprintf(STDERR, "cat: read error\n");
    exit(1);
  }
}

int
main(int argc, char **argv)
{
  if(argc <= 1)
    cat(STDIN);
  for(int i = 1; i < argc; i++){
    int fd = open(argv[i], O_RDONLY);
    if(fd < 0){
      fprintf(STDERR, "cat: cannot open %s\n", argv[i]);
      exit(1);
    }
    cat(fd);
    close(fd);
  }
  exit(0);
}
