// The pool of packets. It takes its spares when the card starts, grows by a frame when traffic has
// used them, up to a bound, and gives frames back, a few at each tick, when many of its packets are
// unused.
// Invariant: `pool_total` <= PACKETS_MAX; both packets of a frame given back are free. Without
// traffic the pool takes no frame, so that the count of free frames tells what programs hold.

#include "net/net_port.h"
#include "net/tcp.h"
#include "riscv.h"

#define PACKETS_MAX     2048 // 4 MiB
#define PACKETS_KEPT    64   // unused packets that are not given back
#define SPARE_SENDING   48   // what send buffers leave for receiving and for segments without data
#define SPARE_RECEIVING 24   // what receive queues leave for segments without data
#define SHARE           4    // a queue may hold this part of what is neither in use nor reserved
#define SHARE_LEAST     2    // what each queue of a connection may always hold
#define RESERVE         (TCP_SOCKETS * (2 * SHARE_LEAST + 1) + SPARE_SENDING)
#define TRIM_LOOKS      16   // free packets that one trim looks at

_Static_assert(sizeof(struct packet) <= PACKET_START, "the buffer starts behind the record");
_Static_assert(PACKET_PAYLOAD % 8 == 0, "payloads are 8-aligned");
_Static_assert(RESERVE < PACKETS_MAX / 2, "what is reserved leaves room for the busy");
_Static_assert(PACKETS_KEPT > SPARE_SENDING && SPARE_SENDING > SPARE_RECEIVING,
               "with its spares unused the pool has no need to grow");

static struct packet *free_list;
static int pool_total;
static int pool_free;

static void
put_free(struct packet *packet)
{
  packet->free = 1;
  packet->previous = NULL;
  packet->next = free_list;
  if(free_list)
    free_list->previous = packet;
  free_list = packet;
  pool_free++;
}

static void
take_free(struct packet *packet)
{
  if(packet->previous)
    packet->previous->next = packet->next;
  else
    free_list = packet->next;
  if(packet->next)
    packet->next->previous = packet->previous;
  packet->free = 0;
  pool_free--;
}

// Two packets more; -1 if the pool is at its bound or the kernel has no frame.
static int
grow(void)
{
  uint8 *frame;

  if(pool_total + 2 > PACKETS_MAX || (frame = net_frame()) == NULL)
    return -1;
  pool_total += 2;
  put_free((struct packet *)(frame + PACKET_BYTES));
  put_free((struct packet *)frame);
  return 0;
}

// Takes the spares, as far as the kernel has frames. The card has its receive buffers already.
void
packet_init(void)
{
  while(pool_free < PACKETS_KEPT && grow() == 0)
    ;
}

// A packet with one reference, or NULL: the caller drops or waits.
struct packet *
packet_new(void)
{
  struct packet *packet;

  if(free_list == NULL)
    grow();
  packet = free_list;
  if(packet == NULL)
    return NULL;
  take_free(packet);
  packet->next = NULL;
  packet->sent_at = 0;
  packet->length = 0;
  packet->offset = PACKET_PAYLOAD;
  packet->sum = 0;
  packet->refs = 1;
  packet->flags = 0;
  return packet;
}

// True if another packet can be used and `spare` ones still be had, from the pool as it is: frames
// that the kernel could give now may be gone then.
static int
is_left(int spare)
{
  while(pool_free <= spare)
    if(grow() < 0)
      return 0;
  return 1;
}

// Packets that the send or the receive queue of a connection may hold now: fewer, the more are in
// use, so that connections whose ends take or read nothing leave enough for all others.
int
packet_share(void)
{
  int share = (PACKETS_MAX - (pool_total - pool_free) - RESERVE) / SHARE;

  return share > SHARE_LEAST ? share : SHARE_LEAST;
}

// True if a program may fill another packet with data to send.
int
packet_for_sending(void)
{
  return is_left(SPARE_SENDING);
}

// True if a queue may keep another packet that came in.
int
packet_for_receiving(void)
{
  return is_left(SPARE_RECEIVING);
}

void
packet_hold(struct packet *packet)
{
  packet->refs++;
}

void
packet_put(struct packet *packet)
{
  if(packet->free || packet->refs == 0)
    panic("net_packet: put of a free packet");
  if(--packet->refs == 0)
    put_free(packet);
}

static struct packet *
neighbour(struct packet *packet)
{
  return (struct packet *)((uint64)packet ^ PACKET_BYTES);
}

// Gives unused frames back to the kernel; called at each tick.
void
packet_trim(void)
{
  struct packet *packet = free_list, *other, *next;

  for(int looks = 0; packet && looks < TRIM_LOOKS && pool_free > PACKETS_KEPT; looks++){
    other = neighbour(packet);
    next = packet->next == other ? other->next : packet->next;
    if(other->free){
      take_free(packet);
      take_free(other);
      pool_total -= 2;
      net_frame_return((void *)PGROUNDDOWN((uint64)packet));
    }
    packet = next;
  }
}
