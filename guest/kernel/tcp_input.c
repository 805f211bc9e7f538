// What TCP does with a segment, in the order of RFC 9293 §3.10.7: listener or connection, sequence,
// reset, SYN; then ACK and window (tcp_ack.c), data and the end of the stream (tcp_data.c).
// Invariant: no field of a segment is used before its lengths and checksum are checked.

#include "net_checksum.h"
#include "net_ip.h"
#include "net_port.h"
#include "tcp_segment.h"

#define HANDSHAKE_TIME      (10 * 1000 * MILLISECOND)
#define MSS_DEFAULT         536
#define FIRST_WINDOW        10   // segments (RFC 6928)
#define RTO_FIRST           (1000 * MILLISECOND)

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
  if(header->flags & TCP_SYN)
    segment->end++;
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
open_connection(struct tcp *listener, struct segment *segment)
{
  struct ip_header *ip = packet_at(segment->packet, PACKET_IP);
  struct tcp_header *header = packet_at(segment->packet, segment->at);
  struct tcp *tcp;
  uint8 *options = (uint8 *)(header + 1);
  uint16 mss = mss_option(options, options + (header->data_offset >> 4) * 4 - sizeof(*header));

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
  tcp->snd_wnd = segment->window;
  tcp->snd_wl1 = segment->seq;
  tcp->snd_wl2 = tcp->snd_una;
  tcp->cwnd = FIRST_WINDOW * tcp->mss;
  tcp->ssthresh = TCP_CWND_MAX;
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
  if(tcp_input_ack(tcp, segment) < 0)
    goto drop;
  tcp_input_data(tcp, segment);
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
    open_connection(listener, &segment);
  else
    tcp_answer_reset(packet, at, length);
  packet_put(packet);
}
