// The network card: virtio-net with one receive and one transmit queue and no offloads (VIRTIO 1.2
// §5.1). Each packet is one descriptor, inside one half of a page. Doorbells cost a lot under a
// hypervisor, so they wait for net_flush, which every entry into the stack ends with.
// Invariant: each packet in a queue is referenced by the queue; one that waits for room in the
// transmit queue too.

#include "memory/frames.h"
#include "net/net.h"
#include "net/net_ip.h"
#include "net/net_port.h"
#include "device/plic.h"
#include "process/process.h"
#include "file/file.h"
#include "net/tcp.h"
#include "trap/timer.h"
#include "device/virtio.h"

#define F_MAC    (1UL << 5)
#define RECEIVE  0
#define TRANSMIT 1

uint8 net_mac[6] = { 0x52, 0x54, 0x00, 0x12, 0x34, 0x56 }; // if the card has none

static struct virtio card;
static struct virtqueue receive, transmit;
static int present;
static uint unannounced; // receive buffers that the card was not told of
static uint kept;        // receive buffers that the card should have besides
static int untold;       // packets to send that the card was not told of
static struct packet *waiting, **waiting_end = &waiting; // for room in `transmit`, through `link`

void *
net_frame(void)
{
  return frame_alloc(FRAME_KERNEL);
}

void
net_frame_return(void *frame)
{
  frame_free(frame);
}

uint64
net_now(void)
{
  return timer_now();
}

void
net_wake(struct tcp *tcp)
{
  if(tcp->sleepers)
    wake_up(tcp);
  poll_changed();
}

// Lets go of what the card has sent.
static void
collect_sent(void)
{
  struct packet *packet;
  uint32 length;

  while((packet = virtqueue_take(&transmit, &length)) != NULL)
    packet_put(packet);
}

static int
give(struct packet *packet)
{
  struct virtq_piece piece = { packet_at(packet, PACKET_START), packet->wire, 0 };

  if(virtqueue_add(&transmit, &piece, 1, packet) < 0)
    return -1;
  untold = 1;
  return 0;
}

// Gives the card what waits. It interrupts for what it has sent only while more waits.
static void
give_waiting(void)
{
  struct packet *packet;

  while((packet = waiting) != NULL && give(packet) == 0)
    waiting = packet->link;
  if(waiting == NULL)
    waiting_end = &waiting;
}

void
net_transmit(struct packet *packet)
{
  if(!present){
    packet_put(packet);
    return;
  }
  if(waiting == NULL && give(packet) == 0)
    return;
  packet->link = NULL;
  *waiting_end = packet;
  waiting_end = &packet->link;
}

// The end of each entry into the stack: what it gave the card is announced, in one go.
void
net_flush(void)
{
  if(!present)
    return;
  if(waiting){
    virtqueue_interrupts(&transmit, 1);
    collect_sent();
    give_waiting();
    if(waiting == NULL)
      virtqueue_interrupts(&transmit, 0);
  }
  if(untold)
    virtqueue_kick(&transmit);
  untold = 0;
}

// Puts a packet into the receive queue; the card hears of it before it has used up the other half.
static void
offer(struct packet *packet)
{
  struct virtq_piece piece = { packet_at(packet, PACKET_START), PACKET_ROOM, 1 };

  if(virtqueue_add(&receive, &piece, 1, packet) < 0){
    packet_put(packet);
    return;
  }
  if(++unannounced >= receive.size / 2){
    virtqueue_kick(&receive);
    unannounced = 0;
  }
}

// Gives the card buffers in place of those that the stack has kept, as far as there are any.
static void
refill(void)
{
  struct packet *packet;

  while(kept > 0 && (packet = packet_new()) != NULL){
    kept--;
    offer(packet);
  }
}

// Takes in all that came. A buffer that the stack does not keep goes back to the card, so that ACKs
// come in even when there is no memory: only they can make some free.
static void
take_received(void)
{
  struct packet *packet;
  uint32 length;

  while((packet = virtqueue_take(&receive, &length)) != NULL){
    packet->wire = length > PACKET_ROOM ? 0 : (uint16)length;
    packet_hold(packet);
    ip_receive(packet);
    if(packet->refs == 1){
      offer(packet);
    } else {
      packet_put(packet);
      kept++;
    }
  }
  refill();
}

static void
interrupt(void *unused)
{
  (void)unused;
  virtio_interrupt(&card);
  collect_sent();
  take_received();
  net_flush();
}

static void
tick(void)
{
  collect_sent();
  refill();
  tcp_tick();
  packet_trim();
  net_flush();
}

void
net_init(void)
{
  uint64 features;

  if(virtio_find(&card, VIRTIO_ID_NET) < 0 || virtio_negotiate(&card, F_MAC, &features) < 0)
    return;
  if(virtqueue_init(&receive, &card, RECEIVE, QUEUE_MOST) < 0 ||
     virtqueue_init(&transmit, &card, TRANSMIT, QUEUE_MOST) < 0)
    return;
  for(uint i = 0; features & F_MAC && i < sizeof net_mac; i++)
    net_mac[i] = virtio_config8(&card, i);
  present = 1;
  virtqueue_interrupts(&transmit, 0);
  plic_attach(card.irq, interrupt, NULL);
  timer_attach(tick);
  virtio_ready(&card);
  kept = receive.size;
  refill();
  packet_init();
  virtqueue_kick(&receive);
  unannounced = 0;
}
