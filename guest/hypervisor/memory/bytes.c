// Moving and filling bytes, eight at a time where both ends are aligned.

#include "memory/bytes.h"
#include "riscv.h"

void *
memcpy(void *to, const void *from, uint64 bytes)
{
  uchar *t = to;
  const uchar *f = from;
  if(((uint64)t | (uint64)f) % 8 == 0){
    for(; bytes >= 8; bytes -= 8, t += 8, f += 8)
      *(uint64 *)t = *(const uint64 *)f;
  }
  while(bytes-- > 0)
    *t++ = *f++;
  return to;
}

void
fill_words(void *to, uint64 word, uint64 bytes)
{
  uint64 *t = to;
  for(; bytes >= 64; bytes -= 64, t += 8)
    t[0] = t[1] = t[2] = t[3] = t[4] = t[5] = t[6] = t[7] = word;
  for(; bytes >= 8; bytes -= 8)
    *t++ = word;
}

void *
memset(void *to, int value, uint64 bytes)
{
  uchar *t = to;
  if((uint64)t % 8 == 0){
    fill_words(t, (uchar)value * 0x0101010101010101UL, bytes);
    t += bytes & ~7UL;
    bytes &= 7;
  }
  while(bytes-- > 0)
    *t++ = value;
  return to;
}

int
memcmp(const void *a, const void *b, uint64 bytes)
{
  const uchar *p = a, *q = b;
  for(; bytes > 0; bytes--, p++, q++){
    if(*p != *q)
      return *p - *q;
  }
  return 0;
}

void
zero_page(void *page)
{
  fill_words(page, 0, PGSIZE);
}
