// Ethernet, ARP, IPv4 and ICMP echo: one static address, no fragments, no options sent.
#pragma once

#include "net/net_packet.h"
#include "net/net_wire.h"

#define NET_ADDRESS   IPV4(10, 0, 2, 15) // as QEMU's user network gives it
#define NET_BROADCAST IPV4(10, 0, 2, 255)

void ip_receive(struct packet *packet);
void ip_send(struct packet *packet, const uint8 to[6], uint32 destination, uint8 protocol,
             uint length);
