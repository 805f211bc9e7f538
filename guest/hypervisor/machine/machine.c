// The machine under Memvisor. A machine whose RAM is one node without a role (QEMU `virt`) is split
// in half: originals below, backups above.

#include "machine/machine.h"
#include "machine/devicetree.h"
#include "machine/print.h"
#include "machine/text.h"

#define MEMORIES 4
#define DEPTH    8

struct machine machine;

// A memory node while it is read.
struct memory {
  struct span span;
  int is_memory;
  int is_backup;
  int has_role;
};

static void
read_chosen(const struct step *s)
{
  if(text_equal(s->name, "bootargs"))
    text_copy(machine.bootargs, BOOTARGS_BYTES, (const char *)s->value, s->bytes);
  else if(text_equal(s->name, "linux,initrd-start") && s->bytes >= 4)
    machine.initrd.base = be_cells(s->value, s->bytes);
  else if(text_equal(s->name, "linux,initrd-end") && s->bytes >= 4)
    machine.initrd.bytes = be_cells(s->value, s->bytes); // an end here; made a length below
}

static void
read_memory(struct memory *m, const struct step *s)
{
  if(text_equal(s->name, "device_type"))
    m->is_memory = s->bytes >= 6 && text_begins((const char *)s->value, "memory");
  else if(text_equal(s->name, "reg") && s->bytes >= 16)
    m->span = (struct span){ be_cells(s->value, 8), be_cells(s->value + 8, 8) };
  else if(text_equal(s->name, "mirrorbench,role")){
    m->has_role = 1;
    m->is_backup = text_begins((const char *)s->value, "backup");
  }
}

static void
finish_memory(const struct memory *m)
{
  struct span *bank = m->is_backup ? &machine.backup : &machine.original;
  if(bank->bytes == 0)
    *bank = m->span;
  if(!m->has_role){
    uint64 half = m->span.bytes / 2;
    machine.original = (struct span){ m->span.base, half };
    machine.backup = (struct span){ m->span.base + half, half };
  }
}

void
machine_discover(uint64 hart, uint64 at)
{
  struct tree tree;
  struct memory memory = { .is_memory = 0 };
  const char *path[DEPTH] = { "" };
  int depth = -1;
  machine.hart = hart;
  if(tree_open(&tree, (const void *)at) < 0)
    panic("machine: expected a device tree at the address in a1, got none");
  for(struct step s = tree_next(&tree); s.token != FDT_END; s = tree_next(&tree)){
    if(s.token == FDT_BEGIN_NODE){
      if(++depth < DEPTH)
        path[depth] = s.name;
      memory = (struct memory){ .is_memory = 0 };
    } else if(s.token == FDT_END_NODE){
      if(memory.is_memory)
        finish_memory(&memory);
      memory.is_memory = 0;
      depth--;
    } else if(depth == 1 && text_equal(path[1], "chosen"))
      read_chosen(&s);
    else if(depth == 1)
      read_memory(&memory, &s);
    else if(depth == 2 && text_equal(s.name, "riscv,isa") && machine.isa[0] == 0)
      text_copy(machine.isa, ISA_BYTES, (const char *)s.value, s.bytes);
  }
  uint64 initrd_end = machine.initrd.bytes;
  machine.initrd.bytes = initrd_end > machine.initrd.base ? initrd_end - machine.initrd.base : 0;
  if(machine.original.bytes == 0)
    panic("machine: expected a memory node in the device tree, got none");
}

uint64
machine_argument(const char *key, uint64 otherwise)
{
  for(const char *word = machine.bootargs; *word != 0; ){
    uint64 n = text_length(key, BOOTARGS_BYTES);
    if(text_begins(word, key) && word[n] == '='){
      uint64 value = 0;
      for(const char *digit = word + n + 1; *digit >= '0' && *digit <= '9'; digit++)
        value = value * 10 + (*digit - '0');
      return value;
    }
    while(*word != 0 && *word != ' ')
      word++;
    while(*word == ' ')
      word++;
  }
  return otherwise;
}
