// The Internet checksum by 64-bit words with end-around carry. Sums are not inverted; a sum of
// bytes that start at an odd place of the whole is swapped (swap16) before it is added.

#include "net/net_checksum.h"
#include "net/net_wire.h"

// One's complement sum: a 64-bit word and the carry of the word before.
#define ADD(sum, word) do { uint64 w_ = (word); sum += w_; sum += sum < w_; } while(0)

uint16
checksum_fold(uint64 sum)
{
  sum = (sum & 0xffffffff) + (sum >> 32);
  sum = (sum & 0xffff) + (sum >> 16 & 0xffff) + (sum >> 32);
  sum = (sum & 0xffff) + (sum >> 16);
  return (uint16)((sum & 0xffff) + (sum >> 16));
}

// The sum of up to seven bytes at a 2-aligned place.
static uint64
sum_tail(const uint8 *p, uint64 n)
{
  uint64 sum = 0;

  for(; n >= 2; n -= 2, p += 2)
    sum += *(const uint16 *)p;
  return n ? sum + *p : sum;
}

// The sum of n bytes at a 4-aligned place.
static uint64
sum_aligned(const uint8 *p, uint64 n)
{
  uint64 sum = 0;
  const uint64 *w;

  if((uint64)p & 4 && n >= 4){
    sum = *(const uint32 *)p;
    p += 4;
    n -= 4;
  }
  for(w = (const uint64 *)p; n >= 32; n -= 32, w += 4){
    ADD(sum, w[0]);
    ADD(sum, w[1]);
    ADD(sum, w[2]);
    ADD(sum, w[3]);
  }
  for(; n >= 8; n -= 8, w++)
    ADD(sum, w[0]);
  p = (const uint8 *)w;
  if(n >= 4){
    ADD(sum, *(const uint32 *)p);
    p += 4;
    n -= 4;
  }
  ADD(sum, sum_tail(p, n));
  return sum;
}

uint16
checksum_of(const void *from, uint64 n)
{
  const uint8 *p = from;
  uint64 sum = 0, head = -(uint64)p & 3;
  uint16 folded;

  if(head > n)
    head = n;
  // The bytes before the first aligned word, placed as they lie in it.
  for(uint64 i = 0; i < head; i++)
    sum |= (uint64)p[i] << (8 * ((uint64)(p + i) & 3));
  ADD(sum, sum_aligned(p + head, n - head));
  folded = checksum_fold(sum);
  return (uint64)from & 1 ? swap16(folded) : folded;
}

#define COPY(i) do { uint64 v_ = w[i]; to[i] = v_; ADD(sum, v_); } while(0)

// Copies n bytes to an 8-aligned place; returns their sum. Reads whole aligned words, so up to
// seven bytes around `from` too, which lie in the same pages.
static uint16
copy_aligned(uint64 *to, const uint8 *from, uint64 n)
{
  uint64 sum = 0, shift = 8 * ((uint64)from & 7);
  const uint64 *w = (const uint64 *)((uint64)from & ~7UL);

  if(shift == 0){
    for(; n >= 64; n -= 64, w += 8, to += 8){
      COPY(0);
      COPY(1);
      COPY(2);
      COPY(3);
      COPY(4);
      COPY(5);
      COPY(6);
      COPY(7);
    }
    for(; n >= 8; n -= 8, w++, to++){
      COPY(0);
    }
  } else if(n >= 8){
    for(uint64 low = w[0]; n >= 8; n -= 8, to++){
      uint64 high = *++w;
      uint64 word = low >> shift | high << (64 - shift);
      to[0] = word;
      ADD(sum, word);
      low = high;
    }
  }
  from = (const uint8 *)w + shift / 8;
  for(uint64 i = 0; i < n; i++)
    ((uint8 *)to)[i] = from[i];
  ADD(sum, sum_tail((const uint8 *)to, n));
  return checksum_fold(sum);
}

// Copies n bytes; returns their sum as if they started at an even place.
uint16
checksum_copy(void *to, const void *from, uint64 n)
{
  uint64 head = -(uint64)to & 7;
  uint16 first, rest;

  if(head > n)
    head = n;
  for(uint64 i = 0; i < head; i++)
    ((uint8 *)to)[i] = ((const uint8 *)from)[i];
  first = checksum_of(to, head);
  if(head == n)
    return first;
  rest = copy_aligned((uint64 *)((uint8 *)to + head), (const uint8 *)from + head, n - head);
  return checksum_fold((uint64)first + (head & 1 ? swap16(rest) : rest));
}
