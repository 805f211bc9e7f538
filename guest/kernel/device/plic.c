// The interrupt controller (RISC-V PLIC 1.0), as far as one hart's S-mode context goes.

#include "device/plic.h"
#include "print.h"
#include "memory/vm.h"
#include "virt.h"

#define IRQS            16 // all that the board uses
#define CONTEXT(hart)   (2 * (hart) + 1) // S-mode
#define PRIORITY(irq)   (VIRT_PLIC + 4 * (irq))
#define ENABLE(c)       (VIRT_PLIC + 0x2000 + 0x80 * (c))
#define THRESHOLD(c)    (VIRT_PLIC + 0x200000 + 0x1000 * (c))
#define CLAIM(c)        (THRESHOLD(c) + 4)

static uint64 context;
static struct {
  void (*handle)(void *);
  void *argument;
} handlers[IRQS];

static volatile uint32 *
reg(uint64 address)
{
  return (volatile uint32 *)address;
}

void
plic_map(void)
{
  kvm_map(PRIORITY(0), PRIORITY(0), PGSIZE, VM_READ | VM_WRITE);
  kvm_map(PGROUNDDOWN(ENABLE(context)), PGROUNDDOWN(ENABLE(context)), PGSIZE, VM_READ | VM_WRITE);
  kvm_map(THRESHOLD(context), THRESHOLD(context), PGSIZE, VM_READ | VM_WRITE);
}

void
plic_init(uint64 hart_id)
{
  context = CONTEXT(hart_id);
}

void
plic_attach(uint irq, void (*handle)(void *), void *argument)
{
  if(irq == 0 || irq >= IRQS)
    panic("plic: no such interrupt");
  handlers[irq].handle = handle;
  handlers[irq].argument = argument;
  *reg(PRIORITY(irq)) = 1;
  *reg(ENABLE(context)) |= 1U << irq;
  *reg(THRESHOLD(context)) = 0;
}

void
plic_take(void)
{
  uint irq;
  while((irq = *reg(CLAIM(context))) != 0){
    if(irq < IRQS && handlers[irq].handle != NULL)
      handlers[irq].handle(handlers[irq].argument);
    *reg(CLAIM(context)) = irq;
  }
}
