// Ranges of bytes (RFC 9110 §14): reading what a client asks for, and choosing those of a file.
// Invariant: a range that is wrong anywhere is as if it were not there.

#include "httpd.h"

#define UNIT "bytes="

// The one range that the text asks for; anything else is WHOLE (RFC 9110 §14.2).
struct range
read_range(const char *at, const char *end)
{
  const struct range whole = { .kind = WHOLE };
  struct range range = { .kind = SPAN };
  const int unit = sizeof UNIT - 1;

  if(end - at < unit || !same_word(at, UNIT, unit))
    return whole;
  at += unit;
  int has_first = take_number(&at, end, &range.first);
  if(at >= end || *at++ != '-')
    return whole;
  int has_last = take_number(&at, end, &range.last);
  if(at != end || (!has_first && !has_last))
    return whole;
  if(!has_first)
    return (struct range){ .kind = LAST_BYTES, .count = range.last };
  if(!has_last)
    range.last = ~0UL;
  return range.first <= range.last ? range : whole;
}

// Which bytes of a file of `size` bytes these are: [*from, *to), within the file. 200, 206, or 416
// with none of them.
int
choose_range(const struct range *range, uint64 size, uint64 *from, uint64 *to)
{
  *from = 0;
  *to = size;
  if(range->kind == WHOLE)
    return 200;
  if(range->kind == LAST_BYTES)
    *from = range->count < size ? size - range->count : 0;
  else if(range->last < size)
    *to = range->last + 1;
  if(range->kind == SPAN)
    *from = range->first;
  if(*from < *to && (range->kind == SPAN || range->count > 0))
    return 206;
  *from = *to = 0;
  return 416;
}
