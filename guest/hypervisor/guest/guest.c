// A guest's memory: frames that come into being when they are first used.

#include "guest/guest.h"
#include "memory/arena.h"
#include "backup/backup.h"
#include "memory/bytes.h"
#include "paging/paging.h"
#include "machine/print.h"

extern char stack_top[];

void
guest_create(struct guest *guest, int id, uint64 bytes)
{
  memset(guest, 0, sizeof(*guest));
  guest->id = id;
  guest->vcpu.guest = guest;
  guest->vcpu.stack = (uint64)stack_top;
  guest->base = VIRT_RAM;
  guest->frames = bytes >> PGSHIFT;
  guest->map = arena_take(guest->frames * sizeof(uint32));
  memset(guest->map, 0xff, guest->frames * sizeof(uint32)); // NO_FRAME
}

void
guest_stop(struct guest *guest, const char *why)
{
  print("\nmemvisor: guest %d: %s\n", guest->id, why);
  power_off(CODE_GUEST);
}

uint32
guest_frame_create(struct guest *guest, uint64 number)
{
  uint32 frame = frame_take();
  backup_frame_create(frame);
  paging_frame_created(frame);
  guest->map[number] = frame;
  return frame;
}

// How many of `bytes` from `gpa` on lie in the first frame.
static uint64
within_frame(uint64 gpa, uint64 bytes)
{
  uint64 most = PGSIZE - gpa % PGSIZE;
  return bytes < most ? bytes : most;
}

int
guest_read(struct guest *guest, uint64 gpa, void *to, uint64 bytes)
{
  while(bytes > 0){
    uint64 n = within_frame(gpa, bytes);
    if(!guest_owns(guest, gpa))
      return -1;
    memcpy(to, (const void *)guest_address(guest, gpa), n);
    gpa += n;
    to = (char *)to + n;
    bytes -= n;
  }
  return 0;
}

int
guest_write(struct guest *guest, uint64 gpa, const void *from, uint64 bytes)
{
  while(bytes > 0){
    uint64 n = within_frame(gpa, bytes);
    if(!guest_owns(guest, gpa))
      return -1;
    memcpy((void *)guest_address(guest, gpa), from, n);
    paging_written(guest_frame(guest, GUEST_NUMBER(guest, gpa)));
    gpa += n;
    from = (const char *)from + n;
    bytes -= n;
  }
  return 0;
}

void
guest_put(struct guest *guest, uint64 gpa, uint32 value, int bytes)
{
  uint64 at = guest_address(guest, gpa);
  if(bytes == 2)
    *(volatile uint16 *)at = value;
  else
    *(volatile uint32 *)at = value;
  paging_written(frame_at(at));
}

void
guest_lend(uint64 address, uint64 bytes)
{
  for(uint64 at = PGROUNDDOWN(address); at < address + bytes; at += PGSIZE)
    paging_lend(frame_at(at));
}

void
guest_take_back(uint64 address, uint64 bytes)
{
  for(uint64 at = PGROUNDDOWN(address); at < address + bytes; at += PGSIZE)
    paging_take_back(frame_at(at));
}
