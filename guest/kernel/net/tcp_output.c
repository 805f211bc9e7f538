// What TCP sends: data within the windows, acknowledgements, the handshake's answer, resets.
// Invariant: no packet is changed while the card may still read it (then it has a second
// reference).

#include "net/net_checksum.h"
#include "net/net_ip.h"
#include "net/net_port.h"
#include "net/tcp.h"

#define TCP_BYTES  sizeof(struct tcp_header)
#define MSS_BYTES  4
#define MSS_OFFERED 1460

// The window to announce, from rcv_nxt: its right edge never moves back, and forward only by a step
// worth it.
uint32
tcp_receive_window(struct tcp *tcp)
{
  uint32 shown = tcp->rcv_shown - tcp->rcv_nxt;
  uint32 room = tcp->rcv_bytes < TCP_RECEIVE_WINDOW ? TCP_RECEIVE_WINDOW - tcp->rcv_bytes : 0;

  return room >= shown + TCP_SEGMENT ? room : shown;
}

// Fills in the header before `length` payload (or option) bytes with this sum. Ports and ip are the
// other's view: the packet goes from `from` to `to`.
static void
fill(struct packet *packet, uint16 from, uint16 to, uint32 ip, uint words, uint length, uint16 sum)
{
  struct tcp_header *header = packet_at(packet, PACKET_TCP);
  const uint32 *w = (const uint32 *)header;
  uint64 total;

  header->source = from;
  header->destination = to;
  header->data_offset = (uint8)(words << 4);
  header->urgent = 0;
  header->checksum = 0;
  total = (uint64)w[0] + w[1] + w[2] + w[3] + NET_ADDRESS + ip;
  total += swap16(IP_TCP) + (uint64)swap16((uint16)(TCP_BYTES + length)) + sum;
  header->checksum = (uint16)~checksum_fold(total);
}

// Sends `packet` on the connection, with our newest ACK and window; takes over a reference.
static void
transmit(struct tcp *tcp, struct packet *packet, uint32 seq, uint8 flags, uint words, uint length)
{
  struct tcp_header *header = packet_at(packet, PACKET_TCP);
  uint32 window = tcp_receive_window(tcp);

  header->seq = swap32(seq);
  header->ack = swap32(tcp->rcv_nxt);
  header->flags = flags;
  header->window = swap16((uint16)window);
  tcp->rcv_shown = tcp->rcv_nxt + window;
  tcp->ack_now = 0;
  tcp->ack_at = 0;
  tcp->unacknowledged = 0;
  fill(packet, tcp->local_port, tcp->remote_port, tcp->remote_ip, words, length, packet->sum);
  ip_send(packet, tcp->remote_mac, tcp->remote_ip, IP_TCP, (uint)TCP_BYTES + length);
}

// Sends a segment without data; dropped if there is no memory, like a lost one.
static void
transmit_bare(struct tcp *tcp, uint32 seq, uint8 flags)
{
  struct packet *packet = packet_new();

  if(packet)
    transmit(tcp, packet, seq, flags, TCP_BYTES / 4, 0);
}

void
tcp_acknowledge(struct tcp *tcp)
{
  transmit_bare(tcp, tcp->snd_max, TCP_ACK);
}

void
tcp_send_reset(struct tcp *tcp)
{
  transmit_bare(tcp, tcp->snd_max, TCP_RST | TCP_ACK);
}

void
tcp_send_syn_ack(struct tcp *tcp)
{
  struct packet *packet = packet_new();
  uint16 *option;

  if(packet == NULL)
    return;
  option = packet_at(packet, PACKET_PAYLOAD);
  option[0] = TCP_OPTION_MSS | MSS_BYTES << 8;
  option[1] = swap16(MSS_OFFERED);
  packet->sum = checksum_of(option, MSS_BYTES);
  transmit(tcp, packet, tcp->snd_una, TCP_SYN | TCP_ACK, (TCP_BYTES + MSS_BYTES) / 4, MSS_BYTES);
}

// Answers a segment that belongs to no connection (RFC 9293 §3.10.7.1). `at`: its TCP header.
void
tcp_answer_reset(struct packet *packet, uint at, uint length)
{
  struct ethernet_header *ethernet = packet_at(packet, PACKET_ETHERNET);
  struct ip_header *ip = packet_at(packet, PACKET_IP);
  struct tcp_header *asked = packet_at(packet, at), *header;
  struct packet *answer;
  uint32 consumed = length - (asked->data_offset >> 4) * 4;

  if(asked->flags & TCP_RST || (answer = packet_new()) == NULL)
    return;
  header = packet_at(answer, PACKET_TCP);
  if(asked->flags & TCP_ACK){
    header->seq = asked->ack;
    header->ack = 0;
    header->flags = TCP_RST;
  } else {
    consumed += (asked->flags & TCP_SYN ? 1 : 0) + (asked->flags & TCP_FIN ? 1 : 0);
    header->seq = 0;
    header->ack = swap32(swap32(asked->seq) + consumed);
    header->flags = TCP_RST | TCP_ACK;
  }
  header->window = 0;
  fill(answer, asked->destination, asked->source, ip->source, TCP_BYTES / 4, 0, 0);
  ip_send(answer, ethernet->from, ip->source, IP_TCP, TCP_BYTES);
}

// Cuts the first unsent packet to n bytes, the rest to a packet of its own. 0, or -1 if out of
// memory: what segments without data need is left to them.
static int
split(struct tcp *tcp, struct packet *packet, uint n)
{
  struct packet *rest = packet_for_receiving() ? packet_new() : NULL;

  if(rest == NULL)
    return -1;
  rest->seq = packet->seq + n;
  rest->length = (uint16)(packet->length - n);
  rest->sum = checksum_copy(packet_at(rest, PACKET_PAYLOAD),
                            packet_at(packet, PACKET_PAYLOAD + n), rest->length);
  rest->next = packet->next;
  packet->length = (uint16)n;
  packet->sum = checksum_of(packet_at(packet, PACKET_PAYLOAD), n);
  packet->next = rest;
  if(tcp->send.tail == packet)
    tcp->send.tail = rest;
  return 0;
}

static void
send_data(struct tcp *tcp, struct packet *packet)
{
  uint8 flags = TCP_ACK;

  if(packet->refs > 1)
    return; // the card has not even sent it yet
  if(packet->next == NULL)
    flags |= TCP_PSH | (tcp->fin_queued ? TCP_FIN : 0);
  if(packet->sent_at)
    packet->flags |= PACKET_RESENT;
  packet->sent_at = net_now();
  packet_hold(packet);
  transmit(tcp, packet, packet->seq, flags, TCP_BYTES / 4, packet->length);
}

static void
advance(struct tcp *tcp, uint32 to)
{
  tcp->snd_nxt = to;
  if(SEQ_LT(tcp->snd_max, to))
    tcp->snd_max = to;
}

// Sends the segment at snd_nxt, data or the end of the stream, whatever the windows say.
static void
send_one(struct tcp *tcp)
{
  struct packet *packet = tcp->send_next;

  if(packet){
    send_data(tcp, packet);
    tcp->send_next = packet->next;
    advance(tcp, packet->seq + packet->length + (packet->next == NULL && tcp->fin_queued ? 1 : 0));
  } else if(tcp->fin_queued && SEQ_LE(tcp->snd_nxt, tcp->snd_end)){
    transmit_bare(tcp, tcp->snd_end, TCP_FIN | TCP_ACK);
    advance(tcp, tcp->snd_end + 1);
  }
}

// Sends what the windows allow. A segment larger than the whole window is cut, but only if nothing
// else is under way (else the window may be about to open).
void
tcp_output(struct tcp *tcp)
{
  struct packet *packet;
  uint32 window = tcp->snd_wnd < tcp->cwnd ? tcp->snd_wnd : tcp->cwnd;

  if(tcp->state == TCP_SYN_RECEIVED)
    return;
  while((packet = tcp->send_next) != NULL){
    if(SEQ_LT(tcp->snd_una + window, packet->seq + packet->length)){
      if(tcp->snd_nxt != tcp->snd_una || window == 0 || window >= packet->length ||
         split(tcp, packet, window) < 0)
        break;
    }
    send_one(tcp);
  }
  if(packet == NULL)
    send_one(tcp);
  if(tcp->retransmit_at == 0)
    tcp_arm(tcp);
}

// Sends the first unacknowledged segment again, and nothing else: fast retransmission.
void
tcp_retransmit_first(struct tcp *tcp)
{
  if(tcp->send.head)
    send_data(tcp, tcp->send.head);
  else if(tcp->fin_queued)
    transmit_bare(tcp, tcp->snd_end, TCP_FIN | TCP_ACK);
}

// Starts again at the first unacknowledged byte: after a time-out, or as a probe of a window that
// is shut. Without memory for a probe of one byte, an old sequence number makes the other end
// answer.
void
tcp_restart(struct tcp *tcp)
{
  struct packet *head = tcp->send.head;

  tcp->send_next = head;
  tcp->snd_nxt = tcp->snd_una;
  if(head && tcp->snd_wnd == 0 && head->length > 1 && head->refs == 1 && split(tcp, head, 1) < 0){
    transmit_bare(tcp, tcp->snd_una - 1, TCP_ACK);
    return;
  }
  send_one(tcp);
}
