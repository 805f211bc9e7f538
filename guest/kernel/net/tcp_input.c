// What TCP does with a segment, in the order of RFC 9293 §3.10.7: listener or connection, sequence,
// reset, SYN; then ACK and window (tcp_ack.c), data and the end of the stream (tcp_data.c).
// Invariant: no field of a segment is used before its lengths and checksum are checked.

#include "net/net_checksum.h"
#include "net/net_ip.h"
#include "net/net_port.h"
#include "net/tcp_segment.h"

#define CHALLENGE_PAUSE     (10 * MILLISECOND)
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

// Fills in a connection whose handshake starts: the other end's side, and our first sequence
// number.
static void
meet(struct tcp *tcp, struct segment *segment, uint16 mss, uint32 remote_seq, uint32 our_seq)
{
  tcp->mss = mss < TCP_SEGMENT_LEAST ? TCP_SEGMENT_LEAST : mss > TCP_SEGMENT ? TCP_SEGMENT : mss;
  tcp->send_limit = (uint32)tcp->mss * TCP_SEND_SEGMENTS;
  tcp->rcv_nxt = tcp->rcv_shown = remote_seq + 1;
  tcp->snd_una = tcp->recover = tcp->snd_wl2 = our_seq;
  tcp->snd_nxt = tcp->snd_max = tcp->snd_end = our_seq + 1;
  tcp->snd_wnd = segment->window;
  tcp->snd_wl1 = remote_seq;
  tcp->cwnd = FIRST_WINDOW * tcp->mss;
  tcp->ssthresh = TCP_CWND_MAX;
  tcp->rto = RTO_FIRST;
  tcp->state = TCP_SYN_RECEIVED;
}

// The addresses of a segment's sender, and its listener's port.
static void
address(struct tcp *tcp, struct segment *segment)
{
  struct ip_header *ip = packet_at(segment->packet, PACKET_IP);
  struct tcp_header *header = packet_at(segment->packet, segment->at);

  tcp->remote_ip = ip->source;
  tcp->remote_port = header->source;
  tcp->local_port = header->destination;
  copy_mac(tcp, segment->packet);
}

// A record for the sender of a segment, held by the listener; NULL: no record left.
static struct tcp *
half_open(struct tcp *listener, struct segment *segment)
{
  struct tcp *tcp = tcp_new();

  if(tcp == NULL)
    return NULL;
  address(tcp, segment);
  tcp->listener = listener;
  tcp->holder = HELD_BY_LISTENER;
  listener->half_open++;
  return tcp;
}

// A SYN for a listener. Many handshakes under way mean a flood: then the answer holds all that we
// would have to remember, and nothing is kept (RFC 4987 §3.6).
static void
input_syn(struct tcp *listener, struct segment *segment)
{
  struct tcp_header *header = packet_at(segment->packet, segment->at);
  uint8 *options = (uint8 *)(header + 1);
  uint16 mss = mss_option(options, options + (header->data_offset >> 4) * 4 - sizeof(*header));
  struct tcp *tcp = NULL, stranger = { 0 };

  if(listener->half_open < TCP_HALF_OPEN_MAX)
    tcp = half_open(listener, segment);
  if(tcp){
    meet(tcp, segment, mss, segment->seq, tcp_first_seq(tcp));
    tcp->end_at = net_now() + HANDSHAKE_TIME;
    tcp_insert(tcp);
    tcp_send_syn_ack(tcp);
    tcp_arm(tcp);
  } else {
    address(&stranger, segment);
    meet(&stranger, segment, mss, segment->seq, tcp_cookie(&stranger, segment->seq, mss));
    tcp_send_syn_ack(&stranger);
    listener->cookie_at = net_now();
  }
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

  if(tcp->end_at && tcp->retries == 0)
    tcp_measured(tcp, net_now() + HANDSHAKE_TIME - tcp->end_at);
  tcp->state = TCP_ESTABLISHED;
  tcp->end_at = 0;
  listener->half_open--;
  listener->queued++;
  tcp->accept_next = NULL;
  if(listener->accept_head)
    listener->accept_tail->accept_next = tcp;
  else
    listener->accept_head = tcp;
  listener->accept_tail = tcp;
  net_wake(listener);
}

// True if the accept queue takes the sender of a segment. A client that sends data has a place
// before one that has said nothing yet.
static int
is_welcome(struct tcp *listener, struct segment *segment)
{
  return listener->queued < listener->backlog ||
    (segment->packet->length > 0 && tcp_drop_silent(listener));
}

// Lets the other end know where we stand, after a segment without data that should not have come.
// Not for each of them, or two confused ends would go on for ever.
void
tcp_challenge(struct tcp *tcp)
{
  uint64 now = net_now();

  if(tcp->challenged_at && now - tcp->challenged_at < CHALLENGE_PAUSE)
    return;
  tcp->challenged_at = now;
  tcp->ack_now = 1;
}

// The checks before the ACK is looked at. Returns -1 if the segment deserves no more.
static int
input_checks(struct tcp *tcp, struct segment *segment)
{
  if(!is_acceptable(tcp, segment)){
    if(tcp->state == TCP_SYN_RECEIVED && segment->flags == TCP_SYN)
      tcp_send_syn_ack(tcp);
    else if(segment->end != segment->seq)
      tcp->ack_now = !(segment->flags & TCP_RST);
    else if(!(segment->flags & TCP_RST))
      tcp_challenge(tcp);
    return -1;
  }
  if(segment->flags & TCP_RST){
    if(segment->seq == tcp->rcv_nxt)
      tcp_end(tcp);
    else
      tcp_challenge(tcp);
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
    if(!is_welcome(tcp->listener, segment))
      goto drop; // the other end tries again
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

// The segment size that an ACK's cookie remembers; 0: it acknowledges no cookie of ours.
static uint16
cookie_in(struct tcp *listener, struct segment *segment)
{
  struct tcp stranger = { 0 };

  if(listener->cookie_at == 0 || (segment->flags & (TCP_ACK | TCP_SYN | TCP_RST)) != TCP_ACK)
    return 0;
  address(&stranger, segment);
  return tcp_cookie_mss(&stranger, segment->seq - 1, segment->ack - 1);
}

// Opens the connection that a cookie promised, if there is room now; the other end tries again if
// not.
static void
input_cookie(struct tcp *listener, struct segment *segment, uint16 mss)
{
  struct tcp *tcp = NULL;

  if(is_welcome(listener, segment))
    tcp = half_open(listener, segment);
  if(tcp == NULL){
    packet_put(segment->packet);
    return;
  }
  meet(tcp, segment, mss, segment->seq - 1, segment->ack - 1);
  tcp->rcv_shown += tcp_receive_window(tcp); // as the SYN's answer said
  tcp_insert(tcp);
  input(tcp, segment);
}

// Takes over a packet with a segment of `length` bytes at `at`; its IP header is checked.
void
tcp_receive(struct packet *packet, uint at, uint length)
{
  struct ip_header *ip = packet_at(packet, PACKET_IP);
  struct tcp_header *header = packet_at(packet, at);
  struct tcp *tcp, *listener;
  struct segment segment;
  uint16 mss;

  if(parse(&segment, packet, at, length) < 0){
    packet_put(packet);
    return;
  }
  tcp = tcp_find(ip->source, header->source, header->destination);
  // A new connection may follow on one that only waits for stray segments (RFC 9293 §3.6.1).
  if(tcp && tcp->state == TCP_TIME_WAIT &&
     (segment.flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN && SEQ_LT(tcp->rcv_nxt, segment.seq)){
    tcp_end(tcp);
    tcp = NULL;
  }
  listener = tcp ? NULL : tcp_find_listener(header->destination);
  if(tcp){
    input(tcp, &segment);
    return;
  }
  if(listener && (mss = cookie_in(listener, &segment)) != 0){
    input_cookie(listener, &segment, mss);
    return;
  }
  if(listener && (segment.flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) == TCP_SYN)
    input_syn(listener, &segment);
  else
    tcp_answer_reset(packet, at, length);
  packet_put(packet);
}
