// The device tree (flattened, as the devicetree specification 0.4 has it), read once at boot in one
// pass over its tokens. A tree that is missing or damaged leaves the defaults: no banks, which
// frames.c refuses.

#include "device/devicetree.h"
#include "string.h"
#include "virt.h"

#define FDT_MAGIC      0xd00dfeedU
#define FDT_BEGIN_NODE 1
#define FDT_END_NODE   2
#define FDT_PROP       3
#define FDT_NOP        4
#define MAX_DEPTH      8

struct devicetree devicetree;

// One node on the path from the root, as far as it has been read.
struct node {
  int         memory;   // device_type = "memory"
  int         backup;
  int         finisher;
  const char *name;
  const uint8 *reg;
  uint        reg_bytes;
};

static uint32
be32(const uint8 *p)
{
  return (uint32)p[0] << 24 | (uint32)p[1] << 16 | (uint32)p[2] << 8 | p[3];
}

static uint64
be64(const uint8 *p)
{
  return (uint64)be32(p) << 32 | be32(p + 4);
}

// Whether one of the strings in a property is `word`.
static int
has_string(const uint8 *value, uint bytes, const char *word)
{
  uint64 n = string_length(word) + 1;
  for(uint i = 0; i + n <= bytes; i += string_length((const char *)value + i) + 1){
    if(memcmp(value + i, word, n) == 0)
      return 1;
  }
  return 0;
}

static uint
least(uint a, uint b)
{
  return a < b ? a : b;
}

static void
take_property(struct node *node, const char *name, const uint8 *value, uint bytes)
{
  if(string_equal(name, "device_type"))
    node->memory = has_string(value, bytes, "memory");
  else if(string_equal(name, "mirrorbench,role"))
    node->backup = has_string(value, bytes, "backup");
  else if(string_equal(name, "compatible"))
    node->finisher = has_string(value, bytes, "sifive,test0");
  else if(string_equal(name, "reg")){
    node->reg = value;
    node->reg_bytes = bytes;
  } else if(string_equal(name, "timebase-frequency") && bytes == 4)
    devicetree.timebase = be32(value);
  else if(string_equal(name, "bootargs") && string_equal(node->name, "chosen") && bytes > 0)
    string_copy(devicetree.bootargs, (const char *)value, least(bytes, BOOTARGS_MAX));
}

// Address and size take two cells each, as everywhere on this board.
static void
finish_node(const struct node *node)
{
  if(node->reg == NULL || node->reg_bytes < 16)
    return;
  if(node->finisher)
    devicetree.finisher = be64(node->reg);
  for(uint i = 0; node->memory && i + 16 <= node->reg_bytes; i += 16){
    if(devicetree.bank_count == MAX_BANKS)
      return;
    struct bank *bank = &devicetree.banks[devicetree.bank_count++];
    bank->base = be64(node->reg + i);
    bank->bytes = be64(node->reg + i + 8);
    bank->backup = node->backup;
  }
}

void
devicetree_read(const void *blob)
{
  const uint8 *tree = blob;
  devicetree.timebase = TIMEBASE_HZ;
  if(tree == NULL || be32(tree) != FDT_MAGIC)
    return;
  const uint8 *p = tree + be32(tree + 8);
  const char *strings = (const char *)tree + be32(tree + 12);
  const uint8 *end = tree + be32(tree + 4);
  struct node path[MAX_DEPTH];
  int depth = -1;
  while(p < end){
    uint token = be32(p);
    p += 4;
    if(token == FDT_BEGIN_NODE){
      if(++depth >= MAX_DEPTH)
        return;
      path[depth] = (struct node){ .name = (const char *)p };
      p += (string_length((const char *)p) + 4) & ~3UL;
    } else if(token == FDT_PROP && depth >= 0){
      uint bytes = be32(p);
      take_property(&path[depth], strings + be32(p + 4), p + 8, bytes);
      p += 8 + ((bytes + 3) & ~3U);
    } else if(token == FDT_END_NODE && depth >= 0)
      finish_node(&path[depth--]);
    else if(token != FDT_NOP)
      return;
  }
}

uint64
bootarg(const char *key, uint64 otherwise)
{
  uint64 n = string_length(key);
  for(const char *p = devicetree.bootargs; *p != 0; ){
    if(memcmp(p, key, n) == 0 && p[n] == '=' && p[n + 1] >= '0' && p[n + 1] <= '9'){
      uint64 value = 0;
      for(p += n + 1; *p >= '0' && *p <= '9'; p++)
        value = value * 10 + (*p - '0');
      return value;
    }
    while(*p != 0 && *p != ' ')
      p++;
    while(*p == ' ')
      p++;
  }
  return otherwise;
}
