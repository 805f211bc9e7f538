// exec: builds the new program's memory beside the old one's and changes over only when nothing can
// fail any more. User memory, from 0: the program's segments, a guard page that nothing maps, the
// stack, the heap.

#include "process/exec.h"
#include "process/elf.h"
#include "fs/directory.h"
#include "memory/frames.h"
#include "fs/log.h"
#include "process/process.h"
#include "string.h"
#include "memory/vm.h"

#define STACK_PAGES   1 // as in xv6, whose tests expect the guard page below it
#define MOST_SEGMENTS 16
#define LARGEST_FILE  (MAX_BLOCKS * BSIZE)

static uint64
least(uint64 a, uint64 b)
{
  return a < b ? a : b;
}

static uint64
flags_of(const struct elf_segment *segment)
{
  uint64 flags = VM_READ | VM_USER;
  if(segment->flags & PF_W)
    flags |= VM_WRITE;
  if(segment->flags & PF_X)
    flags |= VM_EXEC;
  return flags;
}

// Reads the part [at, at + n) of the segment's file contents into the page at va and clears the
// rest of it.
static int
load_page(struct inode *inode, pagetable_t root, uint64 va, const struct elf_segment *segment)
{
  uint64 at = va - segment->vaddr;
  uint n = at >= segment->filesz ? 0 : least(segment->filesz - at, PGSIZE);
  char *frame = frame_alloc(FRAME_USER);
  if(frame == NULL)
    return -1;
  memset(frame + n, 0, PGSIZE - n);
  // Mapped before it is read, since reading may sleep: no frame in use is ever out of all tables.
  if(vm_map(root, va, (uint64)frame, flags_of(segment)) < 0){
    frame_free(frame);
    return -1;
  }
  return inode_read(inode, 0, (uint64)frame, segment->offset + at, n) == (int)n ? 0 : -1;
}

// Segments come in ascending order, each beginning a page. *size is the end of what is mapped so
// far.
static int
load_segment(struct inode *inode, pagetable_t root, const struct elf_segment *segment, uint64 *size)
{
  uint64 end = segment->vaddr + segment->memsz;
  if(segment->vaddr % PGSIZE != 0 || segment->vaddr < *size)
    return -1;
  if(end < segment->vaddr || end > USER_TOP || segment->filesz > segment->memsz)
    return -1;
  if(segment->offset > LARGEST_FILE || segment->filesz > LARGEST_FILE - segment->offset)
    return -1;
  for(uint64 va = segment->vaddr; va < end; va += PGSIZE){
    *size = va + PGSIZE;
    if(load_page(inode, root, va, segment) < 0)
      return -1;
  }
  return 0;
}

static int
load_program(struct inode *inode, pagetable_t root, uint64 *entry, uint64 *size)
{
  struct elf_header elf;
  struct elf_segment segment;
  if(inode->type != T_FILE || inode_read(inode, 0, (uint64)&elf, 0, sizeof elf) != sizeof elf ||
     elf.magic != ELF_MAGIC || elf.phentsize != sizeof segment || elf.phnum > MOST_SEGMENTS ||
     elf.phoff > LARGEST_FILE)
    return -1;
  *entry = elf.entry;
  for(uint i = 0; i < elf.phnum; i++){
    uint offset = elf.phoff + i * sizeof segment;
    if(inode_read(inode, 0, (uint64)&segment, offset, sizeof segment) != sizeof segment)
      return -1;
    if(segment.type != PT_LOAD || segment.memsz == 0)
      continue;
    if(load_segment(inode, root, &segment, size) < 0)
      return -1;
  }
  return 0;
}

// Finds and loads the file. 0 or -1; inodes are let go either way.
static int
load(const char *path, pagetable_t root, uint64 *entry, uint64 *size)
{
  log_begin();
  struct inode *inode = path_find(path);
  int loaded = -1;
  if(inode != NULL){
    inode_lock(inode);
    loaded = load_program(inode, root, entry, size);
    inode_unlock_put(inode);
  }
  log_end();
  return loaded;
}

// A kernel address for user address va in a table that is being built.
static void *
built(pagetable_t root, uint64 va)
{
  return (char *)PTE2PA(*vm_walk(root, va)) + va % PGSIZE;
}

static void
put(pagetable_t root, uint64 va, const void *from, uint64 bytes)
{
  for(uint64 n; bytes > 0; bytes -= n, va += n, from = (const char *)from + n){
    n = least(PGSIZE - va % PGSIZE, bytes);
    memcpy(built(root, va), from, n);
  }
}

// Guard page, stack, and on it the strings and argv[], which the stack pointer is left pointing to.
static int
build_stack(pagetable_t root, const struct arguments *arguments, uint64 *size, uint64 *sp)
{
  uint64 bottom = *size + PGSIZE, top = bottom + STACK_PAGES * PGSIZE;
  uint64 argv[MAXARG + 1], pointers = (arguments->count + 1) * sizeof argv[0];
  if(top > USER_TOP || arguments->bytes + pointers + 16 > STACK_PAGES * PGSIZE ||
     uvm_grow(root, bottom, top, VM_READ | VM_WRITE) < 0)
    return -1;
  uint64 strings = top - arguments->bytes;
  put(root, strings, arguments->strings, arguments->bytes);
  for(int i = 0, at = 0; i < arguments->count; i++){
    argv[i] = strings + at;
    at += string_length(arguments->strings + at) + 1;
  }
  argv[arguments->count] = 0;
  *sp = (strings - pointers) & ~15UL;
  put(root, *sp, argv, pointers);
  *size = top;
  return 0;
}

static void
rename_process(struct process *p, const char *path)
{
  const char *last = path;
  for(const char *s = path; *s != 0; s++){
    if(*s == '/')
      last = s + 1;
  }
  string_copy(p->name, last, sizeof p->name);
}

int
exec(const char *path, const struct arguments *arguments)
{
  struct process *p = current;
  uint64 entry, sp, size = 0;
  if((p->building = uvm_create(p->trapframe)) == NULL)
    return -1;
  if(load(path, p->building, &entry, &size) < 0 ||
     build_stack(p->building, arguments, &size, &sp) < 0){
    uvm_destroy(p->building, size);
    p->building = NULL;
    return -1;
  }
  pagetable_t old = p->root;
  uint64 old_size = p->size;
  p->root = p->building;
  p->building = NULL;
  p->size = p->heap = size;
  if(old != NULL)
    uvm_destroy(old, old_size);
  p->trapframe->epc = entry;
  p->trapframe->sp = sp;
  p->trapframe->a1 = sp; // a0 is the value that this call gives
  rename_process(p, path);
  return arguments->count;
}
