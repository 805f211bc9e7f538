// The device tree that a guest gets: the board's, with the guest's memory in one bank, without the
// H extension, without the CLINT, and with the boot arguments as they came.

#include "guest/guest_tree.h"
#include "machine/devicetree.h"
#include "machine/machine.h"
#include "memory/bytes.h"
#include "machine/print.h"
#include "machine/text.h"

#define TREE_BYTES      8192
#define STRINGS_BYTES   1024
#define HEADER_BYTES    40
#define RESERVED_BYTES  16 // an empty memory reservation block
#define FDT_VERSION     17
#define FDT_COMPATIBLE  16

#define PHANDLE_INTC 1
#define PHANDLE_PLIC 2
#define SUPERVISOR_EXTERNAL 9
#define NOT_WIRED 0xffffffffU
#define UART_HZ 3686400

static struct {
  uint8  structure[TREE_BYTES];
  uint32 used;
  char   strings[STRINGS_BYTES];
  uint32 strings_used;
} tree;

static void
put32(uint8 *at, uint32 value)
{
  for(int i = 0; i < 4; i++)
    at[i] = value >> (24 - 8 * i);
}

static void
word(uint32 value)
{
  if(tree.used + 4 > TREE_BYTES)
    panic("guest_tree: the tree is larger than its buffer");
  put32(tree.structure + tree.used, value);
  tree.used += 4;
}

static void
bytes(const void *from, uint64 count)
{
  const uint8 *f = from;
  for(uint64 i = 0; i < count; i += 4){
    uint32 value = 0;
    for(int j = 0; j < 4; j++)
      value = value << 8 | (i + j < count ? f[i + j] : 0);
    word(value);
  }
}

static void
begin(const char *name)
{
  word(FDT_BEGIN_NODE);
  bytes(name, text_length(name, TREE_BYTES) + 1);
}

static void
end(void)
{
  word(FDT_END_NODE);
}

// The offset of a property's name among the strings.
static uint32
name_offset(const char *name)
{
  uint64 length = text_length(name, STRINGS_BYTES) + 1;
  uint32 at = 0;
  while(at < tree.strings_used){
    if(text_equal(tree.strings + at, name))
      return at;
    at += text_length(tree.strings + at, STRINGS_BYTES) + 1;
  }
  if(tree.strings_used + length > STRINGS_BYTES)
    panic("guest_tree: the strings are larger than their buffer");
  memcpy(tree.strings + tree.strings_used, name, length);
  tree.strings_used += length;
  return tree.strings_used - length;
}

static void
property(const char *name, const void *value, uint64 count)
{
  word(FDT_PROP);
  word(count);
  word(name_offset(name));
  bytes(value, count);
}

static void
text(const char *name, const char *value)
{
  property(name, value, text_length(value, TREE_BYTES) + 1);
}

static void
cells(const char *name, const uint32 *cell, uint count)
{
  word(FDT_PROP);
  word(4 * count);
  word(name_offset(name));
  for(uint i = 0; i < count; i++)
    word(cell[i]);
}

static void
cell(const char *name, uint32 value)
{
  cells(name, &value, 1);
}

static void
reg(uint64 base, uint64 size)
{
  uint32 cell[] = { base >> 32, base, size >> 32, size };
  cells("reg", cell, 4);
}

// "serial" at 0x10000000 becomes the node name serial@10000000.
static void
begin_at(const char *name, uint64 base)
{
  char full[64];
  int n = 0;
  while(*name != 0)
    full[n++] = *name++;
  full[n++] = '@';
  int shift = 60;
  while(shift > 0 && (base >> shift) == 0)
    shift -= 4;
  for(; shift >= 0; shift -= 4)
    full[n++] = "0123456789abcdef"[base >> shift & 15];
  full[n] = 0;
  begin(full);
}

// The machine's riscv,isa without what a guest does not get: H, V, and supervisor extensions but
// the two that Memvisor provides.
static void
isa(struct guest *guest)
{
  char out[ISA_BYTES + 16];
  const char *in = machine.isa;
  uint n = 0;
  for(; *in != 0 && *in != '_'; in++){
    // Past "rv64" each letter is an extension.
    if(n < 4 || (*in != 'h' && *in != 'v'))
      out[n++] = *in;
  }
  while(*in == '_'){
    uint64 length = 1 + text_length(in + 1, ISA_BYTES);
    for(uint64 i = 1; i < length; i++){
      if(in[i] == '_')
        length = i;
    }
    if(in[1] == 'z' && !text_begins(in, "_zv")){
      memcpy(out + n, in, length);
      n += length;
    }
    in += length;
  }
  out[n] = 0;
  if(guest->native_timer){
    memcpy(out + n, "_sstc", 6);
    n += 5;
  }
  if(guest->hardware_ad)
    memcpy(out + n, "_svadu", 7);
  text("riscv,isa", out);
}

static void
write_cpus(struct guest *guest)
{
  begin("cpus");
  cell("#address-cells", 1);
  cell("#size-cells", 0);
  cell("timebase-frequency", TIMEBASE_HZ);
  begin("cpu@0");
  text("device_type", "cpu");
  cell("reg", 0);
  text("status", "okay");
  text("compatible", "riscv");
  isa(guest);
  text("mmu-type", "riscv,sv39");
  begin("interrupt-controller");
  cell("#interrupt-cells", 1);
  property("interrupt-controller", "", 0);
  text("compatible", "riscv,cpu-intc");
  cell("phandle", PHANDLE_INTC);
  end();
  end();
  end();
}

static void
write_memory(struct guest *guest)
{
  begin_at("memory", guest->base);
  text("device_type", "memory");
  reg(guest->base, guest->frames << PGSHIFT);
  cell("mirrorbench,bank", 0);
  text("mirrorbench,role", "original");
  end();
}

static void
wired(uint32 source)
{
  cell("interrupts", source);
  cell("interrupt-parent", PHANDLE_PLIC);
}

static void
write_plic(void)
{
  uint32 contexts[] = { PHANDLE_INTC, NOT_WIRED, PHANDLE_INTC, SUPERVISOR_EXTERNAL };
  begin_at("plic", VIRT_PLIC);
  property("compatible", "sifive,plic-1.0.0\0riscv,plic0", 30);
  cell("#interrupt-cells", 1);
  cell("#address-cells", 0);
  property("interrupt-controller", "", 0);
  cells("interrupts-extended", contexts, 4);
  reg(VIRT_PLIC, VIRT_PLIC_BYTES);
  cell("riscv,ndev", VPLIC_SOURCES - 1);
  cell("phandle", PHANDLE_PLIC);
  end();
}

static void
write_soc(void)
{
  begin("soc");
  cell("#address-cells", 2);
  cell("#size-cells", 2);
  text("compatible", "simple-bus");
  property("ranges", "", 0);
  begin_at("test", VIRT_FINISHER);
  property("compatible", "sifive,test1\0sifive,test0\0syscon", 33);
  reg(VIRT_FINISHER, 0x1000);
  end();
  write_plic();
  begin_at("serial", VIRT_UART);
  text("compatible", "ns16550a");
  reg(VIRT_UART, 0x100);
  cell("clock-frequency", UART_HZ);
  wired(VIRT_UART_IRQ);
  end();
  for(uint slot = 0; slot < VIRT_VIRTIO_SLOTS; slot++){
    begin_at("virtio_mmio", VIRT_VIRTIO + slot * VIRT_VIRTIO_STEP);
    text("compatible", "virtio,mmio");
    reg(VIRT_VIRTIO + slot * VIRT_VIRTIO_STEP, VIRT_VIRTIO_STEP);
    wired(VIRT_VIRTIO_IRQ + slot);
    end();
  }
  end();
}

static void
write_structure(struct guest *guest)
{
  begin("");
  cell("#address-cells", 2);
  cell("#size-cells", 2);
  text("compatible", "riscv-virtio");
  text("model", "memvisor,virt");
  begin("chosen");
  text("bootargs", machine.bootargs);
  text("stdout-path", "/soc/serial@10000000");
  end();
  write_cpus(guest);
  write_memory(guest);
  write_soc();
  end();
  word(FDT_END);
}

void
guest_tree_write(struct guest *guest)
{
  uint8 header[HEADER_BYTES + RESERVED_BYTES] = { 0 };
  write_structure(guest);
  uint32 structure = sizeof(header), strings = structure + tree.used;
  uint32 field[] = {
    FDT_MAGIC, strings + tree.strings_used, structure, strings, HEADER_BYTES,
    FDT_VERSION, FDT_COMPATIBLE, 0, tree.strings_used, tree.used,
  };
  for(uint i = 0; i < sizeof(field) / sizeof(field[0]); i++)
    put32(header + 4 * i, field[i]);
  if(guest_write(guest, GUEST_TREE_BASE, header, sizeof(header)) < 0 ||
     guest_write(guest, GUEST_TREE_BASE + structure, tree.structure, tree.used) < 0 ||
     guest_write(guest, GUEST_TREE_BASE + strings, tree.strings, tree.strings_used) < 0)
    guest_stop(guest, "expected at least 2 MiB of memory for the guest, got less");
}
