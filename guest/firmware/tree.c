// The device tree that the reset ROM hands on. A kernel takes all RAM that it names, so the firmware's own is
// reserved in it (Devicetree Specification 0.4, 5.3), as our machine has done already and QEMU has not.

#include "firmware.h"

#define MAGIC       0xd00dfeedUL
#define SIZE_AT     4  // in the header: bytes of the tree
#define LIST_AT     16 // where in it the reservations are
#define ENTRY_BYTES 16UL // address and size; one of size 0 ends the list

static uint64
big_endian(const uint8 *at, int bytes)
{
  uint64 value = 0;
  for(int i = 0; i < bytes; i++)
    value = value << 8 | at[i];
  return value;
}

static void
put_big_endian(uint8 *at, int bytes, uint64 value)
{
  for(int i = bytes - 1; i >= 0; i--, value >>= 8)
    at[i] = value;
}

// Reserves the firmware's memory, unless it is. The list cannot grow where it is, so it goes behind the tree,
// which grows by it; nothing happens to what is no tree or has no RAM behind it.
void
tree_reserve(uint8 *tree)
{
  if(tree == NULL || big_endian(tree, 4) != MAGIC)
    return;
  const uint8 *list = tree + big_endian(tree + LIST_AT, 4);
  uint64 bytes = 0;
  for(uint64 size; (size = big_endian(list + bytes + 8, 8)) != 0; bytes += ENTRY_BYTES){
    uint64 start = big_endian(list + bytes, 8);
    if(start <= VIRT_RAM && start + size >= VIRT_RAM + FIRMWARE_BYTES)
      return;
  }
  uint64 behind = (big_endian(tree + SIZE_AT, 4) + 7) & ~7UL;
  uint8 *entry = tree + behind;
  uint64 end = behind + ENTRY_BYTES + bytes + ENTRY_BYTES;
  if(probe_byte((uint64)tree + end - 1) < 0)
    return;
  put_big_endian(entry, 8, VIRT_RAM);
  put_big_endian(entry + 8, 8, FIRMWARE_BYTES);
  for(uint64 i = 0; i < bytes + ENTRY_BYTES; i++)
    entry[ENTRY_BYTES + i] = list[i];
  put_big_endian(tree + LIST_AT, 4, behind);
  put_big_endian(tree + SIZE_AT, 4, end);
}
