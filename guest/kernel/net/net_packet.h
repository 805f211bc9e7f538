// Packets: 2 KiB buffers, two to a frame, so that no buffer crosses a page. Each holds one Ethernet
// frame at a fixed place, headers and all; a TCP payload without options starts at an 8-aligned
// address.
// Invariant: a packet is free, or has as many references as users (a queue, the card).
#pragma once

#include "types.h"

#define PACKET_BYTES    2048
#define PACKET_START    70 // virtio-net's header; 12 bytes
#define PACKET_ETHERNET 82
#define PACKET_IP       96
#define PACKET_TCP      116
#define PACKET_PAYLOAD  136
#define PACKET_ROOM     (PACKET_BYTES - PACKET_START)

#define PACKET_FIN    1 // the segment ends the stream (receive queue)
#define PACKET_RESENT 2 // sent more than once (send queue)

struct packet {
  struct packet *next;     // in a queue, or in the free list
  struct packet *previous; // in the free list
  struct packet *link;     // among those that wait for the card
  uint64 sent_at;          // time of the last transmission; 0: not sent yet
  uint32 seq;              // of the first payload byte
  uint16 length;           // payload bytes
  uint16 offset;           // where the payload starts in the buffer
  uint16 sum;              // checksum of the payload, folded, not inverted (send queue)
  uint16 wire;             // bytes from PACKET_START, for the card
  uint16 refs;
  uint8  flags;            // PACKET_*
  uint8  free;
};

void packet_init(void);
struct packet *packet_new(void);
void packet_hold(struct packet *packet);
void packet_put(struct packet *packet);
int  packet_share(void);
int  packet_for_sending(void);
int  packet_for_receiving(void);
void packet_trim(void);

static inline void *
packet_at(struct packet *packet, uint offset)
{
  return (uint8 *)packet + offset;
}
