// wc [FILE…]: lines, words and bytes of each file, or of standard input.

#include "user.h"

static char buffer[1024];

static void
wc(int fd, const char *name)
{
  int lines = 0, words = 0, bytes = 0, in_word = 0;
  int n;
  while((n = read(fd, buffer, sizeof(buffer))) > 0){
    bytes += n;
    for(int i = 0; i < n; i++){
      if(buffer[i] == '\n')
        lines++;
      int space = strchr(" \r\t\n\v", buffer[i]) != NULL;
      if(!space && !in_word)
        words++;
      in_word = !space;
    }
  }
  if(n < 0){
    printf("wc: read error\n");
    exit(1);
  }
  printf("%d %d %d %s\n", lines, words, bytes, name);
}

int
main(int argc, char **argv)
{
  if(argc <= 1)
    wc(STDIN, "");
  for(int i = 1; i < argc; i++){
    int fd = open(argv[i], O_RDONLY);
    if(fd < 0){
      printf("wc: cannot open %s\n", argv[i]);
      exit(1);
    }
    wc(fd, argv[i]);
    close(fd);
  }
  exit(0);
}
