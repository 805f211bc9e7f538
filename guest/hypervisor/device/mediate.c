// The board's devices for one guest: console, disk and network.

#include "device/mediate.h"
#include "machine/h_csr.h"
#include "machine/machine.h"
#include "machine/plic.h"
#include "machine/uart.h"
#include "virt.h"

void
mediate_init(struct guest *guest)
{
  plic_init(machine.hart);
  uart_init();
  plic_enable(VIRT_UART_IRQ);
  vuart_receive(guest);
  for(uint slot = 0; slot < VIRT_VIRTIO_SLOTS; slot++){
    if(vvirtio_init(guest, slot) == 0)
      plic_enable(VIRT_VIRTIO_IRQ + slot);
  }
  csr_set(sie, IP_SEIP | IP_SSIP);
}

void
mediate_interrupt(struct guest *guest)
{
  uint source = plic_claim();
  if(source == 0)
    return;
  if(source == VIRT_UART_IRQ)
    vuart_receive(guest);
  else if(source - VIRT_VIRTIO_IRQ < VIRT_VIRTIO_SLOTS)
    vvirtio_interrupt(guest, source - VIRT_VIRTIO_IRQ);
  plic_complete(source);
}

void
mediate_later(void)
{
  csr_set(sip, IP_SSIP);
}

void
mediate_continue(struct guest *guest)
{
  csr_clear(sip, IP_SSIP);
  for(uint slot = 0; slot < VIRT_VIRTIO_SLOTS; slot++){
    if(guest->virtio[slot].unfinished == 0)
      continue;
    vvirtio_continue(guest, slot);
    mediate_later(); // for the next one, if there is one
    return;
  }
}
