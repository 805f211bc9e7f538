// Memvisor's own memory. Invariant: no page is taken twice, and none that the initrd lies in.

#include "memory/arena.h"
#include "machine/machine.h"
#include "machine/print.h"
#include "riscv.h"

extern char image_end[];

static uint64 next;
static int closed;

void
arena_init(void)
{
  next = PGROUNDUP((uint64)image_end);
}

void *
arena_take(uint64 bytes)
{
  bytes = PGROUNDUP(bytes);
  if(spans_meet(next, bytes, machine.initrd.base, machine.initrd.bytes))
    next = PGROUNDUP(machine.initrd.base + machine.initrd.bytes);
  uint64 taken = next;
  next += bytes;
  if(closed || next > machine.original.base + machine.original.bytes)
    panic("arena: expected a bank of originals with room for Memvisor itself, got less");
  return (void *)taken;
}

uint64
arena_close(void)
{
  closed = 1;
  return next;
}
