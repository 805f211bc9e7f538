// The table of connections and listeners, found by hash.
// Invariant: a connection is in a bucket exactly while it is neither unused nor closed; a listener
// is in the list of listeners.

#include "net/net_checksum.h"
#include "net/net_port.h"
#include "net/net_wire.h"
#include "net/tcp.h"

#define BUCKETS 64

struct tcp tcp_table[TCP_SOCKETS];
static struct tcp *buckets[BUCKETS];
static struct tcp *listeners;
static uint cursor; // where the last record was taken; the next search starts behind it
static int used;

static uint64
mix(uint64 v)
{
  v ^= v >> 33;
  v *= 0xff51afd7ed558ccdUL; // the finaliser of MurmurHash3
  v ^= v >> 33;
  v *= 0xc4ceb9fe1a85ec53UL;
  return v ^ v >> 33;
}

static struct tcp **
bucket(uint32 ip, uint16 remote_port, uint16 local_port)
{
  uint32 v = ip ^ remote_port ^ (uint32)local_port << 8;

  v ^= v >> 16;
  return &buckets[(v ^ v >> 8) % BUCKETS];
}

struct tcp *
tcp_find(uint32 ip, uint16 remote_port, uint16 local_port)
{
  struct tcp *tcp = *bucket(ip, remote_port, local_port);

  while(tcp && (tcp->remote_ip != ip || tcp->remote_port != remote_port ||
                tcp->local_port != local_port))
    tcp = tcp->chain;
  return tcp;
}

struct tcp *
tcp_find_listener(uint16 local_port)
{
  struct tcp *tcp = listeners;

  while(tcp && tcp->local_port != local_port)
    tcp = tcp->chain;
  return tcp;
}

// The next record in `state`, in a round, so that of several the longest untouched tends to be
// found.
static struct tcp *
next_in(uint8 state)
{
  for(int i = 0; i < TCP_SOCKETS; i++){
    cursor = (cursor + 1) % TCP_SOCKETS;
    if(tcp_table[cursor].state == state && tcp_table[cursor].holder == NOT_HELD)
      return &tcp_table[cursor];
  }
  return NULL;
}

// States of connections that no program holds, in the order in which we can do without them.
static const uint8 dispensable[] = {
  TCP_TIME_WAIT, TCP_FIN_WAIT_2, TCP_CLOSING, TCP_LAST_ACK, TCP_FIN_WAIT_1,
};

// An unused record, all zero; for want of one, that of a connection that no program holds, whose
// other end is told. Or NULL.
struct tcp *
tcp_new(void)
{
  static const struct tcp zero;
  struct tcp *tcp = NULL;

  if(used < TCP_SOCKETS){
    tcp = next_in(TCP_UNUSED);
  } else {
    for(uint i = 0; tcp == NULL && i < sizeof dispensable; i++)
      tcp = next_in(dispensable[i]);
    if(tcp && tcp->state != TCP_TIME_WAIT)
      tcp_send_reset(tcp);
    if(tcp)
      tcp_end(tcp);
  }
  if(tcp == NULL)
    return NULL;
  *tcp = zero;
  used++;
  return tcp;
}

// The list that a listener or a connection is found in.
static struct tcp **
list_of(struct tcp *tcp)
{
  if(tcp->state == TCP_LISTEN)
    return &listeners;
  return bucket(tcp->remote_ip, tcp->remote_port, tcp->local_port);
}

void
tcp_insert(struct tcp *tcp)
{
  struct tcp **head = list_of(tcp);

  tcp->chain = *head;
  *head = tcp;
}

void
queue_put(struct queue *queue, struct packet *packet)
{
  packet->next = NULL;
  if(queue->head)
    queue->tail->next = packet;
  else
    queue->head = packet;
  queue->tail = packet;
}

void
queue_drop_all(struct queue *queue)
{
  struct packet *packet;

  while((packet = queue->head) != NULL){
    queue->head = packet->next;
    packet_put(packet);
  }
}

// Gives an ended connection, or a listener, back to the table.
void
tcp_release(struct tcp *tcp)
{
  tcp->state = TCP_UNUSED;
  tcp->holder = NOT_HELD;
  used--;
}

void
tcp_remove(struct tcp *tcp)
{
  struct tcp **link = list_of(tcp);

  while(*link && *link != tcp)
    link = &(*link)->chain;
  if(*link)
    *link = tcp->chain;
}

// A connection that its listener holds, half open or in the accept queue, is the listener's no
// more.
void
tcp_leave_listener(struct tcp *tcp)
{
  struct tcp *listener = tcp->listener, *last = NULL;
  struct tcp **link = &listener->accept_head;

  while(*link && *link != tcp){
    last = *link;
    link = &last->accept_next;
  }
  if(*link == NULL){
    listener->half_open--;
    return;
  }
  listener->queued--;
  *link = tcp->accept_next;
  if(listener->accept_tail == tcp)
    listener->accept_tail = last;
}

// Ends the connection that has waited longest in the accept queue without a byte. 0 if there is
// none.
int
tcp_drop_silent(struct tcp *listener)
{
  struct tcp *tcp = listener->accept_head;

  while(tcp && tcp->receive.head)
    tcp = tcp->accept_next;
  if(tcp == NULL)
    return 0;
  tcp_send_reset(tcp);
  tcp_end(tcp);
  return 1;
}

// The connection is over, whatever the reason. What it holds goes; the record too unless a program
// has it.
void
tcp_end(struct tcp *tcp)
{
  struct queue early = { tcp->early, NULL };

  tcp_remove(tcp);
  queue_drop_all(&tcp->send);
  queue_drop_all(&tcp->receive);
  queue_drop_all(&early);
  tcp->send_next = tcp->early = NULL;
  tcp->early_count = 0;
  tcp->rcv_bytes = 0;
  tcp->retransmit_at = tcp->ack_at = tcp->end_at = 0;
  tcp->state = TCP_CLOSED;
  if(tcp->holder == HELD_BY_LISTENER)
    tcp_leave_listener(tcp);
  if(tcp->holder == HELD_BY_PROGRAM)
    net_wake(tcp);
  else
    tcp_release(tcp);
}

// A hash that only we can compute: of a connection's addresses and `more`. The secret is the time
// of the first use, and the mixing is not cryptographic: it makes guessing tedious, not impossible.
uint64
tcp_keyed_hash(uint32 ip, uint16 remote_port, uint16 local_port, uint64 more)
{
  static uint64 secret;

  if(secret == 0)
    secret = mix(net_now() | 1);
  return mix(mix(secret ^ ip ^ (uint64)remote_port << 32 ^ (uint64)local_port << 48) + more);
}

// The first sequence number of a connection (RFC 6528): a clock of 4 µs plus a hash of the
// addresses.
uint32
tcp_first_seq(struct tcp *tcp)
{
  return (uint32)(net_now() / (TIMEBASE_HZ / 250000) +
    tcp_keyed_hash(tcp->remote_ip, tcp->remote_port, tcp->local_port, 0));
}
