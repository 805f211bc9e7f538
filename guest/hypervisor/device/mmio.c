// The guest's board: the devices that its device tree names, where the board has them, and nothing
// else (no ROM, and no CLINT: the guest's timer is the SBI's, or its own stimecmp). They answer to
// each load and store as the board's do: an access of 8 bytes is two of 4, the low one first, a
// misaligned one is refused, and so is an AMO. `visor-transfers` compares the two.

#include "device/mmio.h"
#include "machine/h_csr.h"
#include "vcpu/instruction.h"
#include "paging/paging.h"
#include "machine/print.h"
#include "virt.h"

#define FINISHER_BYTES 0x1000
#define UART_BYTES     0x100

// float_registers.S
uint64 float_read_4(uint n);
uint64 float_read_8(uint n);
void   float_write_4(uint64 bits, uint n);
void   float_write_8(uint64 bits, uint n);

static void
finisher_write(uint64 offset, int bytes, uint32 value)
{
  if(offset != 0 || bytes == 1)
    return;
  switch(value & 0xffff){
  case FINISHER_PASS:
    power_off(0);
  case FINISHER_FAIL:
    power_off(value >> 16);
  case FINISHER_RESET:
    power_reset();
  }
}

// A load of 1, 2 or 4 bytes, aligned. -1: no device is there.
static int
device_load(struct guest *guest, uint64 gpa, int bytes, uint32 *value)
{
  uint64 slot = (gpa - VIRT_VIRTIO) / VIRT_VIRTIO_STEP;
  if(gpa - VIRT_UART < UART_BYTES)
    *value = vuart_read(guest, gpa - VIRT_UART);
  else if(gpa - VIRT_PLIC < VIRT_PLIC_BYTES)
    *value = vplic_read(&guest->plic, gpa - VIRT_PLIC, bytes);
  else if(gpa >= VIRT_VIRTIO && slot < VIRT_VIRTIO_SLOTS)
    *value = vvirtio_read(guest, slot, gpa % VIRT_VIRTIO_STEP, bytes);
  else if(gpa - VIRT_FINISHER < FINISHER_BYTES)
    *value = 0;
  else
    return -1;
  return 0;
}

static int
device_store(struct guest *guest, uint64 gpa, int bytes, uint32 value)
{
  uint64 slot = (gpa - VIRT_VIRTIO) / VIRT_VIRTIO_STEP;
  if(gpa - VIRT_UART < UART_BYTES)
    vuart_write(guest, gpa - VIRT_UART, value);
  else if(gpa - VIRT_PLIC < VIRT_PLIC_BYTES)
    vplic_write(&guest->plic, gpa - VIRT_PLIC, bytes, value);
  else if(gpa >= VIRT_VIRTIO && slot < VIRT_VIRTIO_SLOTS)
    vvirtio_write(guest, slot, gpa % VIRT_VIRTIO_STEP, bytes, value);
  else if(gpa - VIRT_FINISHER < FINISHER_BYTES)
    finisher_write(gpa - VIRT_FINISHER, bytes, value);
  else
    return -1;
  return 0;
}

// One access of 1, 2, 4 or 8 bytes, aligned; a store may be to a page table. A value's upper bits
// are zero. -1: nothing is there.
static int
access(struct guest *guest, uint64 gpa, const struct transfer *t, uint64 *value)
{
  int bytes = t->bytes < 4 ? t->bytes : 4;
  uint32 low = *value, high = *value >> 32;
  if(t->store){
    if(guest_owns(guest, gpa))
      paging_store(guest, gpa, value, t->bytes);
    else if(device_store(guest, gpa, bytes, low) < 0)
      return -1;
    else if(t->bytes == 8)
      device_store(guest, gpa + 4, 4, high);
    return 0;
  }
  if(device_load(guest, gpa, bytes, &low) < 0)
    return -1;
  if(t->bytes == 8)
    device_load(guest, gpa + 4, 4, &high);
  *value = t->bytes == 8 ? (uint64)high << 32 | low : low;
  return 0;
}

static uint64
register_read(const struct vcpu *vcpu, const struct transfer *t)
{
  int unused = 64 - 8 * t->bytes;
  uint64 value = !t->is_float   ? vcpu->x[t->reg] :
                 t->bytes == 4  ? float_read_4(t->reg) : float_read_8(t->reg);
  return value << unused >> unused;
}

static void
register_write(struct vcpu *vcpu, const struct transfer *t, uint64 value)
{
  int unused = 64 - 8 * t->bytes;
  uint64 high = value << unused;
  if(t->is_float){
    if(t->bytes == 4)
      float_write_4(value, t->reg);
    else
      float_write_8(value, t->reg);
    csr_set(vsstatus, SSTATUS_FS); // dirty
  } else if(t->reg != 0)
    vcpu->x[t->reg] = t->is_signed ? (uint64)((int64)high >> unused) : high >> unused;
}

// Whether the fault may be at the second page of an access.
static int
may_cross(const struct transfer *t, uint64 va)
{
  return va % PGSIZE == 0 && t->bytes > 1;
}

// Where the access begins. The fault is there, or, if it crosses into a second page which alone
// faulted, at the beginning of that.
static uint64
start(const struct vcpu *vcpu, const struct transfer *t, uint64 va)
{
  return may_cross(t, va) ? vcpu->x[t->base] + t->offset : va;
}

// A misaligned access to a device. One that crosses into a page that does not translate faults for
// that first, as on the board; no device takes part of an access.
static enum mmio_result
misaligned(struct vcpu *vcpu, const struct transfer *t, uint64 from)
{
  uint64 next = PGROUNDDOWN(from + t->bytes - 1);
  uint64 page_fault = t->store ? CAUSE_STORE_PAGE : CAUSE_LOAD_PAGE;
  uint64 access_fault = t->store ? CAUSE_STORE_ACCESS : CAUSE_LOAD_ACCESS;
  enum paging_result result = PAGING_FILLED;
  if(next == PGROUNDDOWN(from)){
    vcpu_inject(vcpu, t->store ? CAUSE_STORE_MISALIGNED : CAUSE_LOAD_MISALIGNED, from);
    return MMIO_TRAPPED;
  }
  result = paging_translates(vcpu, t->store, next);
  if(result == PAGING_FILLED)
    vcpu_inject(vcpu, access_fault, from);
  else
    vcpu_inject(vcpu, result == PAGING_PAGE ? page_fault : access_fault, next);
  return MMIO_TRAPPED;
}

enum mmio_result
mmio_emulate(struct vcpu *vcpu, int store, uint64 va)
{
  uint32 instruction;
  struct transfer t;
  uint64 gpa = vcpu->device_address, value = 0;
  if(vcpu_fetch(vcpu, &instruction) < 0)
    return MMIO_DONE; // it fetches again, and gets the fault there
  if(instruction_transfer(instruction, &t) < 0 || t.store != store)
    return MMIO_FAULT;
  if(may_cross(&t, va))
    instruction_address(instruction, &t);
  if((may_cross(&t, va) && !vcpu_has_register(vcpu, t.base)) ||
     (!t.is_float && !vcpu_has_register(vcpu, t.reg)))
    return MMIO_REGISTERS;
  uint64 from = start(vcpu, &t, va);
  if(from % t.bytes != 0)
    return guest_owns(vcpu->guest, gpa) ? MMIO_FAULT : misaligned(vcpu, &t, from);
  if(t.store)
    value = register_read(vcpu, &t);
  if(access(vcpu->guest, gpa, &t, &value) < 0)
    return MMIO_FAULT;
  if(!t.store)
    register_write(vcpu, &t, value);
  csr_write(sepc, csr_read(sepc) + t.length);
  return MMIO_DONE;
}
