// What a segment's data and the end of the stream do to the receiving side.
// Invariant: `receive` holds exactly the bytes before rcv_nxt that were not read; `early` only
// bytes behind it, none past the window that was announced.

#include "net/net_port.h"
#include "net/tcp_segment.h"

#define EARLY_MAX           12   // packets out of order that a connection keeps
#define SMALL               512  // payloads up to here are copied behind others: less memory a byte
#define ACK_EACH            2    // segments
#define ACK_DELAY           (40 * MILLISECOND)

static void
input_fin(struct tcp *tcp)
{
  tcp->rcv_nxt++;
  tcp->fin_received = 1;
  tcp->ack_now = 1;
  if(tcp->state == TCP_ESTABLISHED)
    tcp->state = TCP_CLOSE_WAIT;
  else if(tcp->state == TCP_FIN_WAIT_1)
    tcp->state = TCP_CLOSING;
  else if(tcp->state == TCP_FIN_WAIT_2)
    tcp_wait_for_end(tcp);
}

static void
keep(struct tcp *tcp, struct packet *packet)
{
  struct packet *tail = tcp->receive.tail;
  uint8 *to, *from;

  tcp->rcv_bytes += packet->length;
  if(tcp->receive.head && packet->length <= SMALL &&
     tail->offset + tail->length + packet->length <= PACKET_BYTES){
    to = packet_at(tail, tail->offset + tail->length);
    from = packet_at(packet, packet->offset);
    for(uint i = 0; i < packet->length; i++)
      to[i] = from[i];
    tail->length = (uint16)(tail->length + packet->length);
    packet_put(packet);
  } else {
    queue_put(&tcp->receive, packet);
  }
}

// Takes a packet whose first new byte is the next one, or that has only the end of the stream.
static void
take(struct tcp *tcp, struct packet *packet)
{
  uint32 old = tcp->rcv_nxt - packet->seq;
  int fin = packet->flags & PACKET_FIN;

  packet->offset = (uint16)(packet->offset + old);
  packet->length = (uint16)(packet->length - old);
  tcp->rcv_nxt += packet->length;
  if(packet->length > 0 && tcp->holder != NOT_HELD)
    keep(tcp, packet);
  else
    packet_put(packet);
  if(fin)
    input_fin(tcp);
}

// Sorts a packet in among the early ones. Takes over the reference; drops it if there are too many.
static void
put_early(struct tcp *tcp, struct packet *packet)
{
  struct packet **link = &tcp->early;

  while(*link && SEQ_LT((*link)->seq, packet->seq))
    link = &(*link)->next;
  if(tcp->early_count >= EARLY_MAX || (*link && (*link)->seq == packet->seq)){
    packet_put(packet);
    return;
  }
  packet->next = *link;
  *link = packet;
  tcp->early_count++;
}

// Takes the early packets that have become due.
static void
take_early(struct tcp *tcp)
{
  struct packet *packet;
  uint32 end;

  while((packet = tcp->early) != NULL && SEQ_LE(packet->seq, tcp->rcv_nxt)){
    tcp->early = packet->next;
    tcp->early_count--;
    end = packet->seq + packet->length + (packet->flags & PACKET_FIN ? 1 : 0);
    if(!tcp->fin_received && SEQ_LT(tcp->rcv_nxt, end))
      take(tcp, packet);
    else
      packet_put(packet);
    tcp->ack_now = 1; // a gap was closed
  }
}

// True if the connection may keep another packet until the program reads it. At worst each holds
// little more than SMALL bytes.
static int
may_keep(struct tcp *tcp)
{
  uint32 held = tcp->rcv_bytes + tcp->early_count * TCP_SEGMENT;

  return packet_for_receiving() && held < (uint32)packet_share() * SMALL;
}

// Data, and the end of the stream. Takes over the packet.
void
tcp_input_data(struct tcp *tcp, struct segment *segment)
{
  struct packet *packet = segment->packet;

  if(segment->end == segment->seq || tcp->fin_received || !may_keep(tcp)){
    packet_put(packet);
    return;
  }
  if(SEQ_LT(tcp->rcv_shown, packet->seq + packet->length)){
    packet->length = (uint16)(tcp->rcv_shown - packet->seq);
    packet->flags = 0;
    tcp->ack_now = 1;
    if(packet->length == 0){
      packet_put(packet);
      return;
    }
  }
  if(SEQ_LT(tcp->rcv_nxt, packet->seq)){
    put_early(tcp, packet);
    tcp->ack_now = 1;
    return;
  }
  take(tcp, packet);
  take_early(tcp);
  if(++tcp->unacknowledged >= ACK_EACH)
    tcp->ack_now = 1;
  else if(tcp->ack_at == 0)
    tcp->ack_at = net_now() + ACK_DELAY;
  net_wake(tcp);
}
