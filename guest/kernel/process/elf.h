// ELF64 as far as exec reads it (the System V ABI's names).
#pragma once

#include "types.h"

#define ELF_MAGIC 0x464c457fU // "\x7fELF"
#define PT_LOAD   1
#define PF_X      1
#define PF_W      2

struct elf_header {
  uint32 magic;
  uint8  ident[12];
  uint16 type, machine;
  uint32 version;
  uint64 entry, phoff, shoff;
  uint32 flags;
  uint16 ehsize, phentsize, phnum, shentsize, shnum, shstrndx;
};

struct elf_segment {
  uint32 type, flags;
  uint64 offset, vaddr, paddr, filesz, memsz, align;
};
