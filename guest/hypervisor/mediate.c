// The board's devices for one guest: console, disk and network.

#include "mediate.h"
#include "h_csr.h"
#include "machine.h"
#include "plic.h"
#include "uart.h"
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
  csr_set(sie, IP_SEIP);
}

void
mediate_interrupts(struct guest *guest)
{
  uint source;
  while((source = plic_claim()) != 0){
    if(source == VIRT_UART_IRQ)
      vuart_receive(guest);
    else if(source - VIRT_VIRTIO_IRQ < VIRT_VIRTIO_SLOTS)
      vvirtio_interrupt(guest, source - VIRT_VIRTIO_IRQ);
    plic_complete(source);
  }
}
