// The guest's kernel. Only frames with bytes of the file come into being here: the rest of a
// segment is zero when it is first used.

#include "guest/load.h"
#include "memory/bytes.h"
#include "machine/print.h"
#include "virt.h"

#define ELF_CLASS64   2
#define ELF_LITTLE    1
#define ELF_RISCV     243
#define ELF_LOAD      1

struct elf {
  uint8  ident[16];
  uint16 type, machine;
  uint32 version;
  uint64 entry, phoff, shoff;
  uint32 flags;
  uint16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct segment {
  uint32 type, flags;
  uint64 offset, vaddr, paddr, filesz, memsz, align;
};

static int
is_elf(const uint8 *image, uint64 bytes)
{
  return bytes >= sizeof(struct elf) && memcmp(image, "\177ELF", 4) == 0;
}

static void
load_segment(struct guest *guest, struct span image, const struct segment *s)
{
  if(s->offset > image.bytes || s->filesz > image.bytes - s->offset || s->filesz > s->memsz)
    guest_stop(guest, "expected a whole ELF file as initrd, got one that is cut off");
  uint64 last = s->paddr + s->memsz - 1;
  if(s->memsz == 0)
    return;
  if(last < s->paddr || !guest_owns(guest, s->paddr) || !guest_owns(guest, last) ||
     guest_write(guest, s->paddr, (const char *)image.base + s->offset, s->filesz) < 0)
    guest_stop(guest, "expected a kernel that lies in the guest's memory, got a segment outside");
}

uint64
load_kernel(struct guest *guest, struct span image)
{
  const uint8 *bytes = (const uint8 *)image.base;
  const struct elf *elf = (const struct elf *)bytes;
  if(image.bytes == 0)
    guest_stop(guest, "expected a kernel as initrd, got none");
  if(!is_elf(bytes, image.bytes)){
    if(guest_write(guest, KERNEL_BASE, bytes, image.bytes) < 0)
      guest_stop(guest, "expected a kernel that fits the guest's memory, got a larger one");
    return KERNEL_BASE;
  }
  if(elf->ident[4] != ELF_CLASS64 || elf->ident[5] != ELF_LITTLE || elf->machine != ELF_RISCV ||
     elf->phentsize != sizeof(struct segment) || elf->phoff > image.bytes ||
     elf->phnum * sizeof(struct segment) > image.bytes - elf->phoff)
    guest_stop(guest, "expected a 64-bit RISC-V ELF file as initrd, got another");
  for(uint i = 0; i < elf->phnum; i++){
    struct segment s;
    memcpy(&s, bytes + elf->phoff + i * sizeof(s), sizeof(s));
    if(s.type == ELF_LOAD)
      load_segment(guest, image, &s);
  }
  return elf->entry;
}
