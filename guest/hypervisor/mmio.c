// The guest's board: QEMU `virt`'s map without the CLINT (the guest's timer is the SBI's, or its
// own stimecmp).

#include "mmio.h"
#include "exit.h"
#include "h_csr.h"
#include "instruction.h"
#include "paging.h"
#include "print.h"
#include "virt.h"

#define FINISHER_BYTES 0x1000
#define UART_BYTES     0x100
#define FINISHER_PASS  0x5555U
#define FINISHER_FAIL  0x3333U
#define FINISHER_RESET 0x7777U

static void
finisher_write(uint32 value)
{
  switch(value & 0xffff){
  case FINISHER_PASS:
    power_off(0);
  case FINISHER_FAIL:
    power_off(value >> 16);
  case FINISHER_RESET:
    power_reset();
  }
}

// One access of 1, 2 or 4 bytes; 8 to memory only. -1: nothing is there.
static int
access(struct guest *guest, uint64 gpa, int bytes, int store, uint64 *value)
{
  uint64 slot = (gpa - VIRT_VIRTIO) / VIRT_VIRTIO_STEP;
  if(guest_owns(guest, gpa) && store)
    paging_store(guest, gpa, value, bytes);
  else if(bytes > 4)
    return -1;
  else if(gpa - VIRT_UART < UART_BYTES){
    if(store)
      vuart_write(guest, gpa - VIRT_UART, *value);
    else
      *value = vuart_read(guest, gpa - VIRT_UART);
  } else if(gpa - VIRT_PLIC < VIRT_PLIC_BYTES && bytes == 4){
    if(store)
      vplic_write(&guest->plic, gpa - VIRT_PLIC, *value);
    else
      *value = vplic_read(&guest->plic, gpa - VIRT_PLIC);
  } else if(gpa >= VIRT_VIRTIO && slot < VIRT_VIRTIO_SLOTS){
    if(store)
      vvirtio_write(guest, slot, gpa % VIRT_VIRTIO_STEP, bytes, *value);
    else
      *value = vvirtio_read(guest, slot, gpa % VIRT_VIRTIO_STEP, bytes);
  } else if(gpa - VIRT_FINISHER < FINISHER_BYTES){
    if(store && gpa == VIRT_FINISHER)
      finisher_write(*value);
    else
      *value = 0;
  } else
    return -1;
  return 0;
}

static uint64
extended(uint64 value, const struct transfer *t)
{
  int unused = 64 - 8 * t->bytes;
  uint64 high = value << unused;
  return t->is_signed ? (uint64)((int64)high >> unused) : high >> unused;
}

enum mmio_result
mmio_emulate(struct vcpu *vcpu, int store)
{
  uint32 instruction;
  uint64 value;
  struct transfer t;
  uint64 gpa = vcpu->device_address;
  if(exit_instruction(vcpu, &instruction) < 0)
    return MMIO_DONE; // it fetches again, and gets the fault there
  if(instruction_transfer(instruction, &t) < 0 || t.store != store || gpa % t.bytes != 0)
    return MMIO_FAULT;
  if(!exit_has_register(vcpu, t.reg))
    return MMIO_REGISTERS;
  value = vcpu->x[t.reg];
  if(access(vcpu->guest, gpa, t.bytes, t.store, &value) < 0)
    return MMIO_FAULT;
  if(!t.store && t.reg != 0)
    vcpu->x[t.reg] = extended(value, &t);
  csr_write(sepc, csr_read(sepc) + t.length);
  return MMIO_DONE;
}
