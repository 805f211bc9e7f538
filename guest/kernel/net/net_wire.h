// The formats on the wire: Ethernet II, ARP (RFC 826), IPv4 (RFC 791), ICMP (RFC 792), TCP (RFC
// 9293). Fields are in network order; addresses and ports stay so everywhere in the stack, sequence
// numbers do not.
#pragma once

#include "types.h"

#define ETHERNET_IPV4 0x0800
#define ETHERNET_ARP  0x0806
#define ETHERNET_MTU  1500

struct ethernet_header {
  uint8  to[6];
  uint8  from[6];
  uint16 type;
};

#define ARP_ETHERNET 1
#define ARP_REQUEST  1
#define ARP_REPLY    2

struct arp_packet {
  uint16 hardware;
  uint16 protocol;
  uint8  hardware_length;
  uint8  protocol_length;
  uint16 operation;
  uint8  sender_mac[6];
  uint16 sender_ip[2]; // as halves: the field is only 2-aligned
  uint8  target_mac[6];
  uint16 target_ip[2];
};

#define IP_VERSION_IHL   0x45   // version 4, five words
#define IP_DONT_FRAGMENT 0x4000
#define IP_FRAGMENT_BITS 0x3fff // more fragments, or an offset
#define IP_TTL           64
#define IP_ICMP          1
#define IP_TCP           6

struct ip_header {
  uint8  version_ihl;
  uint8  tos;
  uint16 total_length;
  uint16 id;
  uint16 fragment;
  uint8  ttl;
  uint8  protocol;
  uint16 checksum;
  uint32 source;
  uint32 destination;
};

#define ICMP_ECHO_REPLY   0
#define ICMP_ECHO_REQUEST 8

struct icmp_header {
  uint8  type;
  uint8  code;
  uint16 checksum;
  uint32 rest;
};

#define TCP_FIN 0x01
#define TCP_SYN 0x02
#define TCP_RST 0x04
#define TCP_PSH 0x08
#define TCP_ACK 0x10

#define TCP_OPTION_END 0
#define TCP_OPTION_NOP 1
#define TCP_OPTION_MSS 2

struct tcp_header {
  uint16 source;
  uint16 destination;
  uint32 seq;
  uint32 ack;
  uint8  data_offset; // words, in the upper four bits
  uint8  flags;
  uint16 window;
  uint16 checksum;
  uint16 urgent;
};

static inline uint16
swap16(uint16 v)
{
  return (uint16)(v << 8 | v >> 8);
}

static inline uint32
swap32(uint32 v)
{
  return v << 24 | (v & 0xff00) << 8 | (v >> 8 & 0xff00) | v >> 24;
}

// An address in network order from its four parts.
#define IPV4(a, b, c, d) ((uint32)(a) | (uint32)(b) << 8 | (uint32)(c) << 16 | (uint32)(d) << 24)
