// The heap: a list of free blocks in address order, first fit. Invariant: two neighbours in the
// list never touch (they would have been joined), and a block's bytes, header included, are a
// multiple of UNIT.

#include "user.h"

#define UNIT     16          // header size, and alignment of what malloc gives
#define AT_LEAST (16 * 4096) // bytes asked of the kernel at a time

struct block {
  uint64 bytes; // header included
  struct block *next;
};

static struct block *first;

// Requires: b is not in the list.
static void
insert(struct block *b)
{
  struct block *before = NULL, *after = first;
  while(after != NULL && after < b){
    before = after;
    after = after->next;
  }
  b->next = after;
  if(after != NULL && (char *)b + b->bytes == (char *)after){
    b->bytes += after->bytes;
    b->next = after->next;
  }
  if(before == NULL){
    first = b;
  } else if((char *)before + before->bytes == (char *)b){
    before->bytes += b->bytes;
    before->next = b->next;
  } else {
    before->next = b;
  }
}

static int
grow(uint64 bytes)
{
  if(bytes < AT_LEAST)
    bytes = AT_LEAST;
  uint64 padding = -(uint64)sbrk(0) % UNIT;
  if(bytes + padding > 0x7fffffff)
    return -1;
  char *p = sbrk(bytes + padding);
  if(p == (char *)-1)
    return -1;
  struct block *b = (struct block *)(p + padding);
  b->bytes = bytes;
  insert(b);
  return 0;
}

void *
malloc(unsigned long n)
{
  if(n > 0x7fffffff)
    return NULL;
  uint64 bytes = (n + 2 * UNIT - 1) & ~(uint64)(UNIT - 1);
  for(;;){
    struct block **link = &first;
    for(struct block *b = first; b != NULL; link = &b->next, b = b->next){
      if(b->bytes < bytes)
        continue;
      if(b->bytes - bytes >= 2 * UNIT){
        struct block *rest = (struct block *)((char *)b + bytes);
        rest->bytes = b->bytes - bytes;
        rest->next = b->next;
        b->bytes = bytes;
        *link = rest;
      } else {
        *link = b->next;
      }
      return b + 1;
    }
    if(grow(bytes) < 0)
      return NULL;
  }
}

void
free(void *p)
{
  if(p != NULL)
    insert((struct block *)p - 1);
}
