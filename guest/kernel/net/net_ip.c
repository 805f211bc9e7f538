// Ethernet, ARP, IPv4 and ICMP echo. The stack answers and never calls first: a reply goes to the
// Ethernet address that the question came from, so there is no ARP cache and nothing to resolve.
// Invariant: no length field of a frame is believed before it is checked against the frame's real
// length.

#include "net/net_ip.h"
#include "net/net_checksum.h"
#include "net/net_port.h"
#include "net/tcp.h"

#define ETHERNET_BYTES sizeof(struct ethernet_header)
#define IP_BYTES       sizeof(struct ip_header)

static void
copy_mac(uint8 *to, const uint8 *from)
{
  for(int i = 0; i < 6; i++)
    to[i] = from[i];
}

static void
ethernet_send(struct packet *packet, const uint8 to[6], uint16 type, uint length)
{
  struct ethernet_header *ethernet = packet_at(packet, PACKET_ETHERNET);
  uint16 *card = packet_at(packet, PACKET_START);

  for(int i = 0; i < (PACKET_ETHERNET - PACKET_START) / 2; i++)
    card[i] = 0; // nothing is offloaded
  copy_mac(ethernet->to, to);
  copy_mac(ethernet->from, net_mac);
  ethernet->type = swap16(type);
  packet->wire = (uint16)(PACKET_ETHERNET - PACKET_START + ETHERNET_BYTES + length);
  net_transmit(packet);
}

// Sends `length` bytes that lie behind the room for the IP header; takes over the reference.
void
ip_send(struct packet *packet, const uint8 to[6], uint32 destination, uint8 protocol, uint length)
{
  struct ip_header *ip = packet_at(packet, PACKET_IP);

  ip->version_ihl = IP_VERSION_IHL;
  ip->tos = 0;
  ip->total_length = swap16((uint16)(IP_BYTES + length));
  ip->id = 0; // an atomic datagram (RFC 6864)
  ip->fragment = swap16(IP_DONT_FRAGMENT);
  ip->ttl = IP_TTL;
  ip->protocol = protocol;
  ip->checksum = 0;
  ip->source = NET_ADDRESS;
  ip->destination = destination;
  ip->checksum = (uint16)~checksum_of(ip, IP_BYTES);
  ethernet_send(packet, to, ETHERNET_IPV4, IP_BYTES + length);
}

static uint32
halves(const uint16 ip[2])
{
  return ip[0] | (uint32)ip[1] << 16;
}

// Answers a question for our address in the packet that asked.
static void
arp_receive(struct packet *packet, uint length)
{
  struct arp_packet *arp = packet_at(packet, PACKET_IP);
  uint32 asker;

  if(length < sizeof(*arp) || arp->hardware != swap16(ARP_ETHERNET) ||
     arp->protocol != swap16(ETHERNET_IPV4) || arp->hardware_length != 6 ||
     arp->protocol_length != 4 || arp->operation != swap16(ARP_REQUEST) ||
     halves(arp->target_ip) != NET_ADDRESS){
    packet_put(packet);
    return;
  }
  asker = halves(arp->sender_ip);
  arp->operation = swap16(ARP_REPLY);
  copy_mac(arp->target_mac, arp->sender_mac);
  arp->target_ip[0] = (uint16)asker;
  arp->target_ip[1] = (uint16)(asker >> 16);
  copy_mac(arp->sender_mac, net_mac);
  arp->sender_ip[0] = (uint16)NET_ADDRESS;
  arp->sender_ip[1] = (uint16)(NET_ADDRESS >> 16);
  ethernet_send(packet, arp->target_mac, ETHERNET_ARP, sizeof(*arp));
}

// Echoes in the packet that asked. Requires: no IP options, so that the reply's header has the same
// length.
static void
icmp_receive(struct packet *packet, uint length)
{
  struct ip_header *ip = packet_at(packet, PACKET_IP);
  struct icmp_header *icmp = packet_at(packet, PACKET_TCP);
  struct ethernet_header *ethernet = packet_at(packet, PACKET_ETHERNET);

  if(length < sizeof(*icmp) || icmp->type != ICMP_ECHO_REQUEST || icmp->code != 0 ||
     checksum_of(icmp, length) != 0xffff){
    packet_put(packet);
    return;
  }
  icmp->type = ICMP_ECHO_REPLY;
  icmp->checksum = 0;
  icmp->checksum = (uint16)~checksum_of(icmp, length);
  ip_send(packet, ethernet->from, ip->source, IP_ICMP, length);
}

// True if `source` can be one machine's address.
static int
is_host(uint32 source)
{
  uint8 first = (uint8)source;

  return first != 0 && first != 127 && first < 224 && source != NET_BROADCAST &&
    source != NET_ADDRESS;
}

static void
ipv4_receive(struct packet *packet, uint length)
{
  struct ip_header *ip = packet_at(packet, PACKET_IP);
  uint header, total;

  if(length < IP_BYTES)
    goto drop;
  header = (ip->version_ihl & 15) * 4;
  total = swap16(ip->total_length);
  if(ip->version_ihl >> 4 != 4 || header < IP_BYTES || total < header || total > length)
    goto drop;
  if(checksum_of(ip, header) != 0xffff || (swap16(ip->fragment) & IP_FRAGMENT_BITS) != 0)
    goto drop;
  if(ip->destination != NET_ADDRESS || !is_host(ip->source))
    goto drop;
  if(ip->protocol == IP_TCP){
    tcp_receive(packet, PACKET_IP + header, total - header);
    return;
  }
  if(ip->protocol == IP_ICMP && header == IP_BYTES){
    icmp_receive(packet, total - header);
    return;
  }
drop:
  packet_put(packet);
}

// Takes over a packet that holds a frame of `wire` bytes, virtio-net's header included.
void
ip_receive(struct packet *packet)
{
  struct ethernet_header *ethernet = packet_at(packet, PACKET_ETHERNET);
  uint before = PACKET_ETHERNET - PACKET_START + ETHERNET_BYTES;
  uint length = packet->wire - before;

  if(packet->wire < before || packet->wire > PACKET_ROOM || ethernet->from[0] & 1){
    packet_put(packet);
    return;
  }
  if(ethernet->type == swap16(ETHERNET_IPV4))
    ipv4_receive(packet, length);
  else if(ethernet->type == swap16(ETHERNET_ARP))
    arp_receive(packet, length);
  else
    packet_put(packet);
}
