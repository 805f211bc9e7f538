// The Internet checksum by 64-bit words with end-around carry. Sums are not inverted; a sum of bytes that
// start at an odd place of the whole is swapped (swap16) before it is added.

#include "net_checksum.h"
#include "net_wire.h"

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

// The sum of up to seven bytes at an even place.
static uint64
sum_tail(const uint8 *p, uint64 n)
{
  uint64 word = 0;

  for(uint64 i = 0; i < n; i++)
    word |= (uint64)p[i] << (8 * i);
  return word;
}

uint16
checksum_of(const void *from, uint64 n)
{
  const uint8 *p = from;
  uint64 sum = 0, head = -(uint64)p & 7;
  uint16 folded;

  if(head > n)
    head = n;
  // The bytes before the first aligned word, placed as they lie in it.
  for(uint64 i = 0; i < head; i++)
    sum |= (uint64)p[i] << (8 * ((uint64)(p + i) & 7));
  p += head;
  n -= head;
  const uint64 *w = (const uint64 *)p;
  for(; n >= 32; n -= 32, w += 4){
    ADD(sum, w[0]);
    ADD(sum, w[1]);
    ADD(sum, w[2]);
    ADD(sum, w[3]);
  }
  for(; n >= 8; n -= 8, w++)
    ADD(sum, w[0]);
  ADD(sum, sum_tail((const uint8 *)w, n));
  folded = checksum_fold(sum);
  return (uint64)from & 1 ? swap16(folded) : folded;
}

// Copies n bytes to an 8-aligned place; returns their sum. Reads whole aligned words, so up to seven bytes
// around `from` too, which lie in the same pages.
static uint16
copy_aligned(uint64 *to, const uint8 *from, uint64 n)
{
  uint64 sum = 0, shift = 8 * ((uint64)from & 7), tail;
  const uint64 *w = (const uint64 *)((uint64)from & ~7UL);

  if(shift == 0){
    for(; n >= 32; n -= 32, w += 4, to += 4){
      uint64 a = w[0], b = w[1], c = w[2], d = w[3];
      to[0] = a;
      to[1] = b;
      to[2] = c;
      to[3] = d;
      ADD(sum, a);
      ADD(sum, b);
      ADD(sum, c);
      ADD(sum, d);
    }
    for(; n >= 8; n -= 8, w++, to++){
      to[0] = w[0];
      ADD(sum, w[0]);
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
  tail = sum_tail(from, n);
  for(uint64 i = 0; i < n; i++)
    ((uint8 *)to)[i] = from[i];
  ADD(sum, tail);
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
  if(head == n)
    return checksum_fold(sum_tail(from, n));
  rest = copy_aligned((uint64 *)((uint8 *)to + head), (const uint8 *)from + head, n - head);
  first = checksum_fold(sum_tail(from, head));
  return checksum_fold((uint64)first + (head & 1 ? swap16(rest) : rest));
}
