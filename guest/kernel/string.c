// Bytes and strings. Eight bytes at a time where there are so many, since copying and clearing are
// much of what a kernel does. Compiled with -fno-tree-loop-distribute-patterns, or the compiler
// would turn these loops into calls of themselves.

#include "string.h"
#include "riscv.h"

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

// Copies n / 8 words to an aligned place from one that is not aligned, by aligned loads of the words
// around it: none of them lies wholly outside what is to be copied. Returns the bytes copied.
static uint64
copy_shifted(uint64 *to, const uint8 *from, uint64 n)
{
  uint right = ((uint64)from & 7) * 8, left = 64 - right;
  const uint64 *word = (const uint64 *)((uint64)from & ~7UL);
  uint64 words = n / 8, low = *word++;
  for(; words >= 4; words -= 4, to += 4, word += 4){
    uint64 a = word[0], b = word[1], c = word[2], d = word[3];
    to[0] = low >> right | a << left;
    to[1] = a >> right | b << left;
    to[2] = b >> right | c << left;
    to[3] = c >> right | d << left;
    low = d;
  }
  for(; words > 0; words--){
    uint64 high = *word++;
    *to++ = low >> right | high << left;
    low = high;
  }
  return n & ~7UL;
}

// Copies n / 8 words between aligned places. Returns the bytes copied.
static uint64
copy_words(uint64 *to, const uint64 *from, uint64 n)
{
  uint64 words = n / 8;
  for(; words >= 8; words -= 8, to += 8, from += 8){
    uint64 a = from[0], b = from[1], c = from[2], d = from[3];
    uint64 e = from[4], f = from[5], g = from[6], h = from[7];
    to[0] = a; to[1] = b; to[2] = c; to[3] = d;
    to[4] = e; to[5] = f; to[6] = g; to[7] = h;
  }
  for(; words > 0; words--)
    *to++ = *from++;
  return n & ~7UL;
}

void *
memcpy(void *to, const void *from, uint64 n)
{
  uint8 *d = to;
  const uint8 *s = from;
  if(n >= 16){
    for(; ((uint64)d & 7) != 0; n--)
      *d++ = *s++;
    uint64 done = ((uint64)s & 7) == 0 ? copy_words((uint64 *)d, (const uint64 *)s, n)
                                       : copy_shifted((uint64 *)d, s, n);
    d += done;
    s += done;
    n -= done;
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
