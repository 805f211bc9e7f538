// The serial line. What processes write goes through a ring that is emptied whenever the device
// takes more, by bursts of its FIFO's depth; the interrupt for that is asked for only while
// something waits.

#include "device/uart.h"
#include "device/plic.h"
#include "process/process.h"
#include "virt.h"

#define RHR 0 // receive, read
#define THR 0 // transmit, write
#define IER 1
#define FCR 2
#define LCR 3
#define LSR 5
#define IER_RECEIVE     1
#define IER_TRANSMIT    2
#define FCR_ENABLE      7 // FIFOs on and empty
#define LCR_8N1         3
#define LSR_DATA_READY  1
#define LSR_THR_EMPTY   0x20
#define FIFO_DEPTH      16
#define RING            1024 // a power of two

static char ring[RING];
static uint ring_in, ring_out; // counted, not wrapped; ring_in - ring_out characters wait
static int  asking;            // for the transmit interrupt
static void (*received)(int);

static volatile uint8 *
reg(uint n)
{
  return (volatile uint8 *)(VIRT_UART + n);
}

static void
ask(int on)
{
  if(on != asking)
    *reg(IER) = on ? IER_RECEIVE | IER_TRANSMIT : IER_RECEIVE;
  asking = on;
}

// Moves what it can from the ring to the device.
static void
drain(void)
{
  while(ring_in != ring_out && (*reg(LSR) & LSR_THR_EMPTY)){
    for(uint i = 0; i < FIFO_DEPTH && ring_in != ring_out; i++)
      *reg(THR) = ring[ring_out++ % RING];
  }
  ask(ring_in != ring_out);
}

static void
interrupt(void *unused)
{
  (void)unused;
  while(*reg(LSR) & LSR_DATA_READY)
    received(*reg(RHR));
  if(asking){
    drain();
    wake_up(ring);
  }
}

void
uart_init(void (*receive)(int))
{
  received = receive;
  *reg(IER) = 0;
  *reg(LCR) = LCR_8N1;
  *reg(FCR) = FCR_ENABLE;
  *reg(IER) = IER_RECEIVE;
  plic_attach(VIRT_UART_IRQ, interrupt, NULL);
}

void
uart_write(const char *text, uint bytes)
{
  while(bytes > 0){
    while(bytes > 0 && ring_in - ring_out < RING){
      ring[ring_in++ % RING] = *text++;
      bytes--;
    }
    drain();
    if(bytes > 0 && ring_in - ring_out == RING)
      sleep_on(ring);
  }
}

void
uart_put(int c)
{
  while(ring_in != ring_out)
    drain();
  while((*reg(LSR) & LSR_THR_EMPTY) == 0)
    ;
  *reg(THR) = c;
}
