// Reading a flattened device tree (devicetree specification 0.4, chapter 5).
#pragma once

#include "types.h"

#define FDT_MAGIC      0xd00dfeedU
#define FDT_BEGIN_NODE 1U
#define FDT_END_NODE   2U
#define FDT_PROP       3U
#define FDT_NOP        4U
#define FDT_END        9U

struct tree {
  const uint8 *structure, *structure_end;
  const char  *strings, *strings_end;
};

// One step through a tree.
struct step {
  uint32      token; // FDT_BEGIN_NODE, FDT_PROP, FDT_END_NODE or FDT_END
  const char *name;  // of the node or property
  const uint8 *value;
  uint32      bytes;
};

// 0, or -1 if there is no tree at that address.
int tree_open(struct tree *tree, const void *blob);
// The next step; FDT_END at the end and at anything malformed.
struct step tree_next(struct tree *tree);

uint32 be32(const uint8 *at);
uint64 be_cells(const uint8 *at, uint32 bytes); // a number of one or two cells
