// Bytes and strings. Compiled so that a loop here is never turned into a call of itself.

#include "user.h"

void *
memset(void *to, int value, unsigned long n)
{
  uchar *p = to;
  while(n > 0 && ((uint64)p & 7) != 0){
    *p++ = value;
    n--;
  }
  uint64 word = (uchar)value * 0x0101010101010101UL;
  for(; n >= 8; n -= 8, p += 8)
    *(uint64 *)p = word;
  while(n-- > 0)
    *p++ = value;
  return to;
}

void *
memcpy(void *to, const void *from, unsigned long n)
{
  return memmove(to, from, n);
}

// The ranges may overlap.
void *
memmove(void *to, const void *from, unsigned long n)
{
  uchar *t = to;
  const uchar *f = from;
  if(t > f && t < f + n){
    while(n-- > 0)
      t[n] = f[n];
    return to;
  }
  if((((uint64)t | (uint64)f) & 7) == 0)
    for(; n >= 8; n -= 8, t += 8, f += 8)
      *(uint64 *)t = *(const uint64 *)f;
  while(n-- > 0)
    *t++ = *f++;
  return to;
}

int
memcmp(const void *a, const void *b, unsigned long n)
{
  const uchar *p = a, *q = b;
  for(; n > 0; n--, p++, q++)
    if(*p != *q)
      return *p - *q;
  return 0;
}

unsigned long
strlen(const char *s)
{
  unsigned long n = 0;
  while(s[n] != 0)
    n++;
  return n;
}

int
strcmp(const char *a, const char *b)
{
  while(*a != 0 && *a == *b)
    a++, b++;
  return (uchar)*a - (uchar)*b;
}

// The first `c` in `s`, or NULL.
char *
strchr(const char *s, char c)
{
  for(; *s != 0; s++)
    if(*s == c)
      return (char *)s;
  return NULL;
}

char *
strcpy(char *to, const char *from)
{
  char *start = to;
  while((*to++ = *from++) != 0)
    ;
  return start;
}

// Decimal digits at the start of `s`, after an optional minus.
int
atoi(const char *s)
{
  int sign = 1, n = 0;
  if(*s == '-'){
    sign = -1;
    s++;
  }
  for(; *s >= '0' && *s <= '9'; s++)
    n = n * 10 + (*s - '0');
  return sign * n;
}

// Reads a line of at most max - 1 bytes, newline included, from standard input; "" at its end.
// One byte at a time, because what follows the line belongs to the program that reads next.
char *
gets(char *line, int max)
{
  int n = 0;
  while(n + 1 < max){
    if(read(STDIN, &line[n], 1) != 1)
      break;
    n++;
    if(line[n - 1] == '\n' || line[n - 1] == '\r')
      break;
  }
  line[n] = 0;
  return line;
}

int
stat(const char *path, struct stat *out)
{
  int fd = open(path, O_RDONLY);
  if(fd < 0)
    return -1;
  int r = fstat(fd, out);
  close(fd);
  return r;
}
