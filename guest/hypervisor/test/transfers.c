// Every transfer instruction at every device that a guest has, at registers, beside them, misaligned
// and across pages, as S-mode and as U-mode. Runs on the board and in a guest; each line must come
// out in both. A line names a device, a form and for each place what came of it: the value that was
// loaded, `+` for a store, or `!` and the cause (and how far tval is from the place).

#include "payload.h"
#include "virt.h"

#define PLACES_MOST 24
#define VALUE       0x7e2e16f0a50d2e2eUL // no command of the finisher; a dot for the console
#define SSTATUS_FS_INITIAL (1UL << 13)

struct form {
  const char *name;
  const void *code[2]; // by registers that are saved in any trap; by others
  int64  offset;
  uint32 store, unused;
};

extern const struct form forms[], forms_end[]; // transfers_forms.S

struct target {
  const char *name;
  uint64 base, bytes; // where something answers
  uint32 place[PLACES_MOST];
  int    places;
};

#define TARGET(name, base, bytes, ...)                                  \
  { name, base, bytes, { __VA_ARGS__ }, sizeof((uint32[]){ __VA_ARGS__ }) / sizeof(uint32) }

static const struct target targets[] = {
  TARGET("uart", VIRT_UART, 0x100, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0xf8, 0xfc, 0xfe, 0xff),
  TARGET("beside the uart", VIRT_UART, 0x100, 0x100, 0x102, 0xffc, 0xffd),
  TARGET("plic", VIRT_PLIC, VIRT_PLIC_BYTES, 0, 1, 2, 4, 6, 0x28, 0x178, 0x17c, 0x180, 0x1000, 0x1004, 0x1010,
         0x2000, 0x2004, 0x2080, 0x2084, 0x2088, 0x2100, 0x200000, 0x201000, 0x202000),
  TARGET("end of the plic", VIRT_PLIC, VIRT_PLIC_BYTES, 0x200004, 0x201004, 0x201ffd, 0x5ffff8, 0x5ffffc, 0x5fffff,
         0x600000, 0x600003),
  TARGET("disk", VIRT_VIRTIO, VIRT_VIRTIO_STEP, 0, 1, 2, 4, 8, 0xc, 0x10, 0x14, 0x34, 0x38, 0x44, 0x60, 0x70, 0xa0,
         0xb0, 0xbc, 0xfc, 0x100, 0x101, 0x102, 0x104, 0x107, 0x1f8),
  TARGET("end of the disk", VIRT_VIRTIO, VIRT_VIRTIO_STEP, 0x200, 0xff8, 0xffc, 0xffd, 0xfff),
  TARGET("empty slot", VIRT_VIRTIO + 7 * VIRT_VIRTIO_STEP, VIRT_VIRTIO_STEP, 0, 1, 2, 4, 8, 0xc, 0x10, 0x34, 0x44,
         0x60, 0x70, 0xb0, 0xb4, 0xb8, 0xbc, 0xfc, 0x100, 0x102, 0xffc, 0xffe, 0xfff, 0x1000),
  TARGET("finisher", VIRT_FINISHER, 0x1000, 0, 1, 2, 4, 0xff8, 0xffc, 0xffe),
};

// Pages at MAPPED: memory, the UART, nothing, the UART (read-only), memory.
#define MAPPED 0x140000000UL

static const struct target mapped =
  TARGET("pages", MAPPED, 0, 0xff9, 0xffd, 0xfff, 0x1007, 0x1003, 0x1ff9, 0x1ffd, 0x1fff, 0x2ff9,
         0x2ffd, 0x2fff, 0x3007, 0x3003, 0x3ff9, 0x3ffd, 0x3fff);

static uint64 root[512] __attribute__((aligned(4096)));
static uint64 middle[512] __attribute__((aligned(4096)));
static uint64 leaves[512] __attribute__((aligned(4096)));
static uint64 memory[2][512] __attribute__((aligned(4096)));

static void
outcome(const struct form *f, uint64 at, int variant)
{
  struct outcome o;
  csr_clear(sstatus, SSTATUS_SPP | SSTATUS_SPIE);
  csr_set(sstatus, SSTATUS_FS_INITIAL);
  if(variant == 0 || csr_read(satp) != 0)
    csr_set(sstatus, SSTATUS_SPP);
  attempt(&o, (uint64)f->code[variant], VALUE, at - f->offset);
  put(" ");
  if(o.cause == CAUSE_BREAKPOINT){
    if(f->store)
      put("+");
    else
      put_hex(o.a0);
    return;
  }
  put("!");
  put_number(o.cause);
  if(o.tval != at){
    put(":");
    put_hex(o.tval - at);
  }
}

// What the registers hold after all, as a number.
static void
registers(const struct target *t)
{
  uint64 sum = 0;
  for(int i = 0; i < t->places; i++){
    uint64 at = t->base + t->place[i];
    if(t->place[i] >= t->bytes)
      continue;
    if(t->base == VIRT_UART)
      sum = sum * 31 + *(volatile uint8 *)at;
    else if(at % 4 == 0)
      sum = sum * 31 + *(volatile uint32 *)at;
  }
  put(" = ");
  put_hex(sum);
}

static void
try_all(const struct target *t)
{
  for(const struct form *f = forms; f < forms_end; f++){
    for(int variant = 0; variant < 2; variant++){
      put(t->name);
      put(variant ? " / " : " ");
      put(f->name);
      put(":");
      for(int i = 0; i < t->places; i++)
        outcome(f, t->base + t->place[i], variant);
      if(t->bytes != 0 && f->store)
        registers(t);
      put("\n");
    }
  }
}

static void
map(void)
{
  uint64 all = PTE_V | PTE_R | PTE_W | PTE_A | PTE_D;
  root[PX(2, 0)] = PA2PTE(0UL) | all;
  root[PX(2, VIRT_RAM)] = PA2PTE(VIRT_RAM) | all | PTE_X;
  root[PX(2, MAPPED)] = PA2PTE(middle) | PTE_V;
  middle[PX(1, MAPPED)] = PA2PTE(leaves) | PTE_V;
  leaves[0] = PA2PTE(memory[0]) | all;
  leaves[1] = PA2PTE(VIRT_UART) | all;
  leaves[3] = PA2PTE(VIRT_UART) | PTE_V | PTE_R | PTE_A | PTE_D;
  leaves[4] = PA2PTE(memory[1]) | all;
  csr_write(satp, MAKE_SATP(root));
  sfence_vma();
}

// The board's UART is as the firmware left it.
static void
reset_uart(void)
{
  volatile uint8 *uart = (volatile uint8 *)VIRT_UART;
  for(int i = 1; i < 5; i++)
    uart[i] = 0;
  uart[7] = 0;
}

void
main(void)
{
  reset_uart();
  for(uint i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
    try_all(&targets[i]);
  map();
  try_all(&mapped);
  csr_write(satp, 0);
  put("transfers: ok\n");
}
