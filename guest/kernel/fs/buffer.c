// The buffer cache. Invariant: a block is in at most one buffer; a buffer with refs > 0 keeps its
// block. The least recently released buffer without references is taken for a new block.

#include "fs/buffer.h"
#include "device/block.h"

#define BUFFERS 256
#define CHAINS  64
// Not cleared at boot (kernel.ld). The "#" hides the attributes that the compiler would add.
#define NOINIT  __attribute__((section(".noinit,\"aw\",@nobits#")))

static uint8 contents[BUFFERS][BSIZE] NOINIT __attribute__((aligned(BSIZE)));
static struct buffer buffers[BUFFERS];
static struct buffer *chains[CHAINS];
static uint64 releases;

void
buffer_init(void)
{
  for(uint i = 0; i < BUFFERS; i++)
    buffers[i].data = contents[i];
}

static void
unchain(struct buffer *b)
{
  for(struct buffer **at = &chains[b->block % CHAINS]; *at != NULL; at = &(*at)->chain){
    if(*at == b){
      *at = b->chain;
      return;
    }
  }
}

static struct buffer *
replace(uint block)
{
  struct buffer *oldest = NULL;
  for(struct buffer *b = buffers; b < &buffers[BUFFERS]; b++){
    if(b->refs == 0 && (oldest == NULL || b->used < oldest->used))
      oldest = b;
    if(oldest != NULL && oldest->used == 0)
      break; // never used yet
  }
  if(oldest == NULL)
    panic("buffer: all in use");
  unchain(oldest);
  oldest->block = block;
  oldest->valid = 0;
  oldest->chain = chains[block % CHAINS];
  chains[block % CHAINS] = oldest;
  return oldest;
}

static struct buffer *
own(uint block)
{
  struct buffer *b = chains[block % CHAINS];
  while(b != NULL && b->block != block)
    b = b->chain;
  if(b == NULL)
    b = replace(block);
  b->refs++;
  sleeplock_acquire(&b->lock);
  return b;
}

struct buffer *
buffer_read(uint block)
{
  struct buffer *b = own(block);
  if(!b->valid){
    block_transfer((uint64)block * BSIZE, b->data, BSIZE, 0);
    b->valid = 1;
  }
  return b;
}

struct buffer *
buffer_overwrite(uint block)
{
  struct buffer *b = own(block);
  b->valid = 1;
  return b;
}

void
buffer_write(struct buffer *b)
{
  block_transfer((uint64)b->block * BSIZE, b->data, BSIZE, 1);
}

void
buffer_release(struct buffer *b)
{
  b->refs--;
  b->used = ++releases;
  sleeplock_release(&b->lock);
}

void
buffer_pin(struct buffer *b)
{
  b->refs++;
}

void
buffer_unpin(struct buffer *b)
{
  b->refs--;
}
