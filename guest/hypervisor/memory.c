// Bytes, eight at a time where both ends are aligned.

#include "memory.h"
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

void *
memset(void *to, int value, uint64 bytes)
{
  uchar *t = to;
  if((uint64)t % 8 == 0){
    uint64 word = (uchar)value * 0x0101010101010101UL;
    for(; bytes >= 64; bytes -= 64, t += 64){
      uint64 *w = (uint64 *)t;
      w[0] = w[1] = w[2] = w[3] = w[4] = w[5] = w[6] = w[7] = word;
    }
    for(; bytes >= 8; bytes -= 8, t += 8)
      *(uint64 *)t = word;
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
  uint64 *end = (uint64 *)((uint64)page + PGSIZE);
  for(uint64 *p = page; p < end; p += 8)
    p[0] = p[1] = p[2] = p[3] = p[4] = p[5] = p[6] = p[7] = 0;
}
