// grep PATTERN [FILE…]: the lines that match. In a pattern ^ is the start, $ the end of a line, .
// any character, and X* any number of X.

#include "user.h"

#define LINE 1024 // a longer line is looked at in pieces

static char buffer[LINE];

// Does `pattern` match at the start of `text`?
static int
match_here(const char *pattern, const char *text)
{
  for(;; pattern++, text++){
    if(pattern[0] == 0)
      return 1;
    if(pattern[1] == '*'){
      char x = pattern[0];
      pattern += 2;
      for(;; text++){
        if(match_here(pattern, text))
          return 1;
        if(*text == 0 || (x != '.' && x != *text))
          return 0;
      }
    }
    if(pattern[0] == '$' && pattern[1] == 0)
      return *text == 0;
    if(*text == 0 || (pattern[0] != '.' && pattern[0] != *text))
      return 0;
  }
}

static int
match(const char *pattern, const char *text)
{
  if(pattern[0] == '^')
    return match_here(pattern + 1, text);
  for(;; text++){
    if(match_here(pattern, text))
      return 1;
    if(*text == 0)
      return 0;
  }
}

static void
print_if_match(const char *pattern, char *line, int n)
{
  char after = line[n];
  line[n] = 0;
  int matches = match(pattern, line);
  line[n] = after;
  if(!matches)
    return;
  write(STDOUT, line, n);
  write(STDOUT, "\n", 1);
}

static void
grep(const char *pattern, int fd)
{
  int held = 0; // bytes in the buffer: the start of a line whose end is not read yet
  int n;
  while((n = read(fd, buffer + held, LINE - 1 - held)) > 0){
    held += n;
    int start = 0;
    for(int i = start; i < held; i++){
      if(buffer[i] != '\n')
        continue;
      print_if_match(pattern, buffer + start, i - start);
      start = i + 1;
    }
    if(start == 0 && held == LINE - 1){
      print_if_match(pattern, buffer, held);
      start = held;
    }
    held -= start;
    memmove(buffer, buffer + start, held);
  }
  if(held > 0)
    print_if_match(pattern, buffer, held);
}

int
main(int argc, char **argv)
{
  if(argc < 2){
    fprintf(STDERR, "usage: grep pattern [file ...]\n");
    exit(1);
  }
  if(argc == 2)
    grep(argv[1], STDIN);
  for(int i = 2; i < argc; i++){
    int fd = open(argv[i], O_RDONLY);
    if(fd < 0){
      printf("grep: cannot open %s\n", argv[i]);
      exit(1);
    }
    grep(argv[1], fd);
    close(fd);
  }
  exit(0);
}
