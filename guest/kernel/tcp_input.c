// What TCP does with a segment, in the order of RFC 9293 §3.10.7: listener or connection, sequence, reset,
// SYN, ACK, window, data, end of stream.
// Invariant: `receive` holds exactly the bytes before rcv_nxt that were not read; `early` only bytes behind it,
// none past the window that was announced.

#include "net_checksum.h"
#include "net_ip.h"
#include "net_port.h"
#include "tcp.h"

#define DUPLICATES_FOR_LOSS 3
#define EARLY_MAX           12   // packets out of order that a connection keeps
#define SMALL               512  // payloads up to here are copied behind others: bounds memory per byte
#define ACK_EACH            2    // segments
#define ACK_DELAY           (40 * MILLISECOND)
#define HANDSHAKE_TIME      (10 * 1000 * MILLISECOND)
#define FIN_WAIT_2_TIME     (5 * 1000 * MILLISECOND)
#define TIME_WAIT_TIME      (1 * 1000 * MILLISECOND)
#define MSS_DEFAULT         536
#define FIRST_WINDOW        10   // segments (RFC 6928)
#define CWND_MAX            (256 * 1024)
#define RTO_FIRST           (1000 * MILLISECOND)

struct segment {
  struct packet *packet;
  uint32 seq;
  uint32 ack;
  uint32 end;    // behind the last byte, SYN and FIN included
  uint32 window;
  uint   at;     // of the header in the packet
  uint   length; // from there
  uint16 mss;
  uint8  flags;
};

static uint16
mss_option(const uint8 *option, const uint8 *end)
{
  while(option < end && *option != TCP_OPTION_END){
    if(*option == TCP_OPTION_NOP){
      option++;
      continue;
    }
    if(end - option < 2 || option[1] < 2 || option[1] > end - option)
      break;
    if(option[0] == TCP_OPTION_MSS && option[1] == 4)
      return (uint16)(option[2] << 8 | option[3]);
    option += option[1];
  }
  return MSS_DEFAULT;
}

// Reads the header at `at`; 0, or -1 if the segment is damaged.
static int
parse(struct segment *segment, struct packet *packet, uint at, uint length)
{
  struct ip_header *ip = packet_at(packet, PACKET_IP);
  struct tcp_header *header = packet_at(packet, at);
  uint64 sum;
  uint bytes;

  if(length < sizeof(*header))
    return -1;
  bytes = (header->data_offset >> 4) * 4;
  if(bytes < sizeof(*header) || bytes > length)
    return -1;
  sum = (uint64)ip->source + ip->destination + swap16(IP_TCP) + swap16((uint16)length);
  if(checksum_fold(sum + checksum_of(header, length)) != 0xffff)
    return -1;
  segment->packet = packet;
  segment->at = at;
  segment->length = length;
  segment->seq = swap32(header->seq);
  segment->ack = swap32(header->ack);
  segment->window = swap16(header->window);
  segment->flags = header->flags;
  packet->seq = segment->seq;
  packet->offset = (uint16)(at + bytes);
  packet->length = (uint16)(length - bytes);
  packet->flags = header->flags & TCP_FIN ? PACKET_FIN : 0;
  segment->end = segment->seq + packet->length + (header->flags & TCP_FIN ? 1 : 0);
  if(header->flags & TCP_SYN){
    segment->end++;
    segment->mss = mss_option((uint8 *)(header + 1), (uint8 *)header + bytes);
  }
  return 0;
}

static void
copy_mac(struct tcp *tcp, struct packet *packet)
{
  struct ethernet_header *ethernet = packet_at(packet, PACKET_ETHERNET);

  for(int i = 0; i < 6; i++)
    tcp->remote_mac[i] = ethernet->from[i];
}

// The listener's backlog is full: the handshake that began first makes room, if there is one.
static int
make_room(struct tcp *listener)
{
  struct tcp *oldest = NULL;

  for(struct tcp *tcp = tcp_table; tcp < tcp_table + TCP_SOCKETS; tcp++)
    if(tcp->state == TCP_SYN_RECEIVED && tcp->listener == listener &&
       (oldest == NULL || tcp->end_at < oldest->end_at))
      oldest = tcp;
  if(oldest == NULL)
    return -1;
  tcp_end(oldest);
  return 0;
}

static void
open_connection(struct tcp *listener, struct segment *segment, struct ip_header *ip, struct tcp_header *header)
{
  struct tcp *tcp;
  uint16 mss = segment->mss;

  if(listener->children >= listener->backlog && make_room(listener) < 0)
    return;
  if((tcp = tcp_new()) == NULL)
    return;
  tcp->remote_ip = ip->source;
  tcp->remote_port = header->source;
  tcp->local_port = header->destination;
  copy_mac(tcp, segment->packet);
  tcp->listener = listener;
  tcp->holder = HELD_BY_LISTENER;
  listener->children++;
  tcp->mss = mss < TCP_SEGMENT_LEAST ? TCP_SEGMENT_LEAST : mss > TCP_SEGMENT ? TCP_SEGMENT : mss;
  tcp->send_limit = (uint32)tcp->mss * TCP_SEND_SEGMENTS;
  tcp->rcv_nxt = tcp->rcv_shown = segment->seq + 1;
  tcp->snd_una = tcp_first_seq(tcp);
  tcp->snd_nxt = tcp->snd_max = tcp->snd_end = tcp->snd_una + 1;
  tcp->recover = tcp->snd_una;
  tcp->cwnd = FIRST_WINDOW * tcp->mss;
  tcp->ssthresh = CWND_MAX;
  tcp->rto = RTO_FIRST;
  tcp->state = TCP_SYN_RECEIVED;
  tcp->end_at = net_now() + HANDSHAKE_TIME;
  tcp_insert(tcp);
  tcp_send_syn_ack(tcp);
  tcp_arm(tcp);
}

static int
is_acceptable(struct tcp *tcp, struct segment *segment)
{
  uint32 seq = segment->seq, end = segment->end;

  if(!SEQ_LE(seq, tcp->rcv_shown))
    return 0;
  return end == seq ? SEQ_LE(tcp->rcv_nxt, seq) : SEQ_LT(tcp->rcv_nxt, end);
}

static void
established(struct tcp *tcp)
{
  struct tcp *listener = tcp->listener;

  tcp->state = TCP_ESTABLISHED;
  tcp->end_at = 0;
  tcp->accept_next = NULL;
  if(listener->accept_head)
    listener->accept_tail->accept_next = tcp;
  else
    listener->accept_head = tcp;
  listener->accept_tail = tcp;
  net_wake(listener);
}

static void
wait_for_end(struct tcp *tcp, uint8 state, uint64 time)
{
  tcp->state = state;
  tcp->end_at = net_now() + time;
  tcp->retransmit_at = 0;
}

// Our FIN was acknowledged. Returns -1 if that ended the connection.
static int
fin_acknowledged(struct tcp *tcp)
{
  if(tcp->state == TCP_FIN_WAIT_1)
    wait_for_end(tcp, TCP_FIN_WAIT_2, FIN_WAIT_2_TIME);
  else if(tcp->state == TCP_CLOSING)
    wait_for_end(tcp, TCP_TIME_WAIT, TIME_WAIT_TIME);
  else if(tcp->state == TCP_LAST_ACK){
    tcp_end(tcp);
    return -1;
  }
  return 0;
}

static void
grow_window(struct tcp *tcp, uint32 bytes)
{
  if(tcp->cwnd < tcp->ssthresh)
    tcp->cwnd += bytes < 2U * tcp->mss ? bytes : 2U * tcp->mss;
  else
    tcp->cwnd += (uint32)tcp->mss * tcp->mss / tcp->cwnd + 1;
  if(tcp->cwnd > CWND_MAX)
    tcp->cwnd = CWND_MAX;
}

// Lets go of what is acknowledged up to `ack`, and measures the round trip unless one of it was sent twice.
static void
drop_acknowledged(struct tcp *tcp, uint32 ack)
{
  struct packet *packet;
  uint64 sent_at = 0;
  int resent = 0;

  while((packet = tcp->send.head) != NULL && SEQ_LE(packet->seq + packet->length, ack)){
    if(packet == tcp->send_next)
      tcp->send_next = packet->next;
    tcp->send.head = packet->next;
    sent_at = packet->sent_at;
    resent |= packet->flags & PACKET_RESENT;
    packet_put(packet);
  }
  if(sent_at && !resent)
    tcp_measured(tcp, net_now() - sent_at);
}

// `ack` acknowledges something new. Returns -1 if the connection is over.
static int
advance_acknowledged(struct tcp *tcp, uint32 ack)
{
  uint32 bytes = ack - tcp->snd_una;
  int had_room = tcp_has_room(tcp);

  drop_acknowledged(tcp, ack);
  tcp->snd_una = ack;
  if(SEQ_LT(tcp->snd_nxt, ack))
    tcp->snd_nxt = ack;
  tcp->retries = 0;
  tcp->duplicates = 0;
  if(tcp->fast_recovery && SEQ_LT(ack, tcp->recover)){
    tcp->cwnd = tcp->cwnd > bytes ? tcp->cwnd - bytes + tcp->mss : tcp->mss;
    tcp_retransmit_first(tcp);
  } else if(tcp->fast_recovery){
    tcp->fast_recovery = 0;
    tcp->cwnd = tcp->ssthresh;
  } else {
    grow_window(tcp, bytes);
  }
  tcp_arm(tcp);
  if(!had_room && tcp_has_room(tcp))
    net_wake(tcp);
  if(tcp->fin_queued && ack == tcp->snd_end + 1)
    return fin_acknowledged(tcp);
  return 0;
}

static void
duplicate_acknowledged(struct tcp *tcp)
{
  uint32 flight = tcp->snd_max - tcp->snd_una;

  tcp->duplicates++;
  if(tcp->fast_recovery){
    tcp->cwnd += tcp->cwnd < CWND_MAX ? tcp->mss : 0;
  } else if(tcp->duplicates == DUPLICATES_FOR_LOSS && SEQ_LE(tcp->recover, tcp->snd_una)){
    tcp->ssthresh = flight / 2 > 2U * tcp->mss ? flight / 2 : 2U * tcp->mss;
    tcp->cwnd = tcp->ssthresh + DUPLICATES_FOR_LOSS * tcp->mss;
    tcp->recover = tcp->snd_max;
    tcp->fast_recovery = 1;
    tcp_retransmit_first(tcp);
  }
}

// Returns -1 if the segment deserves no more: it acknowledges what was never sent, or ended the connection.
static int
input_ack(struct tcp *tcp, struct segment *segment)
{
  uint32 ack = segment->ack;

  if(SEQ_LT(tcp->snd_max, ack)){
    tcp->ack_now = 1;
    return -1;
  }
  if(SEQ_LT(tcp->snd_una, ack)){
    if(advance_acknowledged(tcp, ack) < 0)
      return -1;
  } else if(ack == tcp->snd_una && segment->end == segment->seq && tcp->snd_max != tcp->snd_una &&
            segment->window == tcp->snd_wnd){
    duplicate_acknowledged(tcp);
  }
  if(SEQ_LT(tcp->snd_wl1, segment->seq) || (tcp->snd_wl1 == segment->seq && SEQ_LE(tcp->snd_wl2, ack))){
    // A shut window that is acknowledged is no failure, while somebody still cares.
    if(segment->window == 0 && tcp->holder != HELD_BY_NOBODY)
      tcp->retries = 0;
    tcp->snd_wnd = segment->window;
    tcp->snd_wl1 = segment->seq;
    tcp->snd_wl2 = ack;
  }
  return 0;
}

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
    wait_for_end(tcp, TCP_TIME_WAIT, TIME_WAIT_TIME);
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
  if(packet->length > 0 && tcp->holder != HELD_BY_NOBODY)
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

// Data, and the end of the stream. Takes over the packet.
static void
input_data(struct tcp *tcp, struct segment *segment)
{
  struct packet *packet = segment->packet;

  if(segment->end == segment->seq || tcp->fin_received || !packet_for_receiving()){
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

// The checks before the ACK is looked at. Returns -1 if the segment deserves no more.
static int
input_checks(struct tcp *tcp, struct segment *segment)
{
  if(!is_acceptable(tcp, segment)){
    if(tcp->state == TCP_SYN_RECEIVED && segment->flags == TCP_SYN)
      tcp_send_syn_ack(tcp);
    else
      tcp->ack_now = !(segment->flags & TCP_RST);
    return -1;
  }
  if(segment->flags & TCP_RST){
    if(segment->seq == tcp->rcv_nxt)
      tcp_end(tcp);
    else
      tcp->ack_now = 1;
    return -1;
  }
  if(segment->flags & TCP_SYN){
    tcp->ack_now = 1;
    return -1;
  }
  return segment->flags & TCP_ACK ? 0 : -1;
}

// A segment of a connection. Takes over the packet.
static void
input(struct tcp *tcp, struct segment *segment)
{
  struct packet *packet = segment->packet;

  if(input_checks(tcp, segment) < 0)
    goto drop;
  if(tcp->state == TCP_SYN_RECEIVED){
    if(segment->ack != tcp->snd_nxt){
      tcp_answer_reset(packet, segment->at, segment->length);
      goto drop;
    }
    established(tcp);
  }
  if(input_ack(tcp, segment) < 0)
    goto drop;
  input_data(tcp, segment);
  packet = NULL;
drop:
  if(packet)
    packet_put(packet);
  if(tcp->state == TCP_UNUSED || tcp->state == TCP_CLOSED)
    return;
  tcp_output(tcp);
  if(tcp->ack_now)
    tcp_acknowledge(tcp);
}

// Takes over a packet with a segment of `length` bytes at `at`; its IP header is checked.
void
tcp_receive(struct packet *packet, uint at, uint length)
{
  struct ip_header *ip = packet_at(packet, PACKET_IP);
  struct tcp_header *header = packet_at(packet, at);
  struct tcp *tcp, *listener;
  struct segment segment;

  if(parse(&segment, packet, at, length) < 0){
    packet_put(packet);
    return;
  }
  tcp = tcp_find(ip->source, header->source, header->destination);
  // A new connection may follow on one that only waits for stray segments (RFC 9293 §3.6.1).
  if(tcp && tcp->state == TCP_TIME_WAIT && (segment.flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN &&
     SEQ_LT(tcp->rcv_nxt, segment.seq)){
    tcp_end(tcp);
    tcp = NULL;
  }
  if(tcp){
    input(tcp, &segment);
    return;
  }
  listener = tcp_find_listener(header->destination);
  if(listener && (segment.flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) == TCP_SYN)
    open_connection(listener, &segment, ip, header);
  else
    tcp_answer_reset(packet, at, length);
  packet_put(packet);
}
