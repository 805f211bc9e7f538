// Strings that end with 0.

#include "machine/text.h"

uint64
text_length(const char *text, uint64 most)
{
  uint64 n = 0;
  while(n < most && text[n] != 0)
    n++;
  return n;
}

int
text_equal(const char *a, const char *b)
{
  while(*a != 0 && *a == *b){
    a++;
    b++;
  }
  return *a == *b;
}

int
text_begins(const char *text, const char *with)
{
  while(*with != 0 && *text == *with){
    text++;
    with++;
  }
  return *with == 0;
}

void
text_copy(char *to, uint64 bytes, const char *from, uint64 most)
{
  uint64 n = text_length(from, most < bytes - 1 ? most : bytes - 1);
  for(uint64 i = 0; i < n; i++)
    to[i] = from[i];
  to[n] = 0;
}
