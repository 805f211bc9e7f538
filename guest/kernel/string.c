// Bytes and strings. Eight bytes at a time where both ends are aligned, since copying and clearing
// are much of what a kernel does. Compiled with -fno-tree-loop-distribute-patterns, or the compiler
// would turn these loops into calls of themselves.

#include "string.h"
#include "../include/riscv.h"

void *
memset(void *to, int byte, uint64 n)
{
  uint8 *p = to;
  uint64 word = (uint8)byte * 0x0101010101010101UL;
  for(; n > 0 && ((uint64)p & 7) != 0; n--)
    *p++ = byte;
  for(; n >= 64; n -= 64, p += 64){
    uint64 *w = (uint64 *)p;
    w[0] = word; w[1] = word; w[2] = word; w[3] = word;
    w[4] = word; w[5] = word; w[6] = word; w[7] = word;
  }
  for(; n >= 8; n -= 8, p += 8)
    *(uint64 *)p = word;
  for(; n > 0; n--)
    *p++ = byte;
  return to;
}

void *
memcpy(void *to, const void *from, uint64 n)
{
  uint8 *d = to;
  const uint8 *s = from;
  if((((uint64)d ^ (uint64)s) & 7) == 0){
    for(; n > 0 && ((uint64)d & 7) != 0; n--)
      *d++ = *s++;
    for(; n >= 64; n -= 64, d += 64, s += 64){
      const uint64 *a = (const uint64 *)s;
      uint64 *b = (uint64 *)d;
      uint64 w0 = a[0], w1 = a[1], w2 = a[2], w3 = a[3];
      uint64 w4 = a[4], w5 = a[5], w6 = a[6], w7 = a[7];
      b[0] = w0; b[1] = w1; b[2] = w2; b[3] = w3;
      b[4] = w4; b[5] = w5; b[6] = w6; b[7] = w7;
    }
    for(; n >= 8; n -= 8, d += 8, s += 8)
      *(uint64 *)d = *(const uint64 *)s;
  }
  for(; n > 0; n--)
    *d++ = *s++;
  return to;
}

void *
memmove(void *to, const void *from, uint64 n)
{
  uint8 *d = to;
  const uint8 *s = from;
  if(d + n <= s || s + n <= d)
    return memcpy(to, from, n);
  if(d < s){
    for(uint64 i = 0; i < n; i++)
      d[i] = s[i];
  } else {
    for(uint64 i = n; i > 0; i--)
      d[i - 1] = s[i - 1];
  }
  return to;
}

int
memcmp(const void *a, const void *b, uint64 n)
{
  const uint8 *x = a, *y = b;
  for(uint64 i = 0; i < n; i++){
    if(x[i] != y[i])
      return x[i] - y[i];
  }
  return 0;
}

uint64
string_length(const char *s)
{
  uint64 n = 0;
  while(s[n] != 0)
    n++;
  return n;
}

int
string_equal(const char *a, const char *b)
{
  while(*a != 0 && *a == *b){
    a++;
    b++;
  }
  return *a == *b;
}

void
string_copy(char *to, const char *from, uint64 size)
{
  uint64 i = 0;
  for(; i + 1 < size && from[i] != 0; i++)
    to[i] = from[i];
  to[i] = 0;
}

void
page_clear(void *page)
{
  memset(page, 0, PGSIZE);
}

void
page_copy(void *to, const void *from)
{
  memcpy(to, from, PGSIZE);
}
