// Reading a flattened device tree, step by step. Invariant: nothing outside the two blocks is read.

#include "machine/devicetree.h"
#include "machine/text.h"

#define HEADER_TOTALSIZE    4
#define HEADER_OFF_STRUCT   8
#define HEADER_OFF_STRINGS  12
#define HEADER_SIZE_STRINGS 32
#define HEADER_SIZE_STRUCT  36

uint32
be32(const uint8 *at)
{
  return (uint32)at[0] << 24 | (uint32)at[1] << 16 | (uint32)at[2] << 8 | at[3];
}

uint64
be_cells(const uint8 *at, uint32 bytes)
{
  return bytes >= 8 ? (uint64)be32(at) << 32 | be32(at + 4) : be32(at);
}

int
tree_open(struct tree *tree, const void *blob)
{
  const uint8 *header = blob;
  if(header == NULL || (uint64)header % 4 != 0 || be32(header) != FDT_MAGIC)
    return -1;
  uint64 total = be32(header + HEADER_TOTALSIZE);
  uint64 structure = be32(header + HEADER_OFF_STRUCT);
  uint64 strings = be32(header + HEADER_OFF_STRINGS);
  uint64 structure_bytes = be32(header + HEADER_SIZE_STRUCT);
  uint64 strings_bytes = be32(header + HEADER_SIZE_STRINGS);
  if(structure + structure_bytes > total || strings + strings_bytes > total)
    return -1;
  tree->structure = header + structure;
  tree->structure_end = header + structure + structure_bytes;
  tree->strings = (const char *)header + strings;
  tree->strings_end = tree->strings + strings_bytes;
  return 0;
}

static struct step
step_node(struct tree *tree)
{
  const char *name = (const char *)tree->structure;
  uint64 bytes = text_length(name, tree->structure_end - tree->structure) + 1;
  tree->structure += (bytes + 3) & ~3UL;
  return (struct step){ .token = FDT_BEGIN_NODE, .name = name };
}

static struct step
step_property(struct tree *tree)
{
  struct step end = { .token = FDT_END };
  uint64 left = tree->structure_end - tree->structure;
  if(left < 8)
    return end;
  uint32 bytes = be32(tree->structure);
  const char *name = tree->strings + be32(tree->structure + 4);
  if(bytes > left - 8 || name >= tree->strings_end)
    return end;
  const uint8 *value = tree->structure + 8;
  tree->structure = value + (((uint64)bytes + 3) & ~3UL);
  return (struct step){ .token = FDT_PROP, .name = name, .value = value, .bytes = bytes };
}

struct step
tree_next(struct tree *tree)
{
  while(tree->structure + 4 <= tree->structure_end){
    uint32 token = be32(tree->structure);
    tree->structure += 4;
    if(token == FDT_BEGIN_NODE)
      return step_node(tree);
    if(token == FDT_PROP)
      return step_property(tree);
    if(token == FDT_END_NODE)
      return (struct step){ .token = FDT_END_NODE };
    if(token != FDT_NOP)
      break;
  }
  return (struct step){ .token = FDT_END };
}
