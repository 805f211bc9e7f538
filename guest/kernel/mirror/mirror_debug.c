// Memv6 in a debug kernel: mirror_on.c whose backup frames are refused and watched over like originals
// (frames_debug.c). Stocks of empty frames are given to, and never taken from: so each frame is asked
// for in one place.
//
// This file includes mirror_on.c, and is not linked around it: what it changes are the functions of
// pool.h, which are inline because each allocation in the kernel passes through them.

#include "memory/frames_debug.h"
#include "memory/pool.h"

static void give_empty(struct pool *pool, uint32 backup);

#define pool_take_empty(pool)    NO_FRAME
#define pool_take(pool)          (frame_refused() ? NO_FRAME : pool_take(pool))
#define pool_give_empty(pool, i) give_empty(pool, i)
#include "mirror/mirror_on.c"
#undef pool_give_empty

// The kernel does not map what is out of use: for the look it is mapped once more.
static void
give_empty(struct pool *pool, uint32 backup)
{
  uint64 pa = backup_address(backup);
  map_table(pa);
  sfence_vma();
  if(!page_is_empty((void *)pa))
    panic("mirror_debug: a backup table handed over as empty is not");
  table_map[backup] = 0;
  sfence_vma();
  pool_give_empty(pool, backup);
}
