// The shell's two halves: parse.c turns a line into a tree, sh.c runs the tree.
#pragma once

#include "user.h"

#define REDIRECTIONS 4 // on one command

enum kind { COMMAND, PIPE, LIST, BACKGROUND, GROUP };

struct redirection {
  int fd;
  int mode;
  int append;
  char *path;
};

// A node of the tree. COMMAND uses argv, PIPE and LIST left and right, BACKGROUND and GROUP left
// only; COMMAND and GROUP use the redirections.
struct node {
  enum kind kind;
  struct node *left, *right;
  char *argv[MAXARG];
  int argc;
  struct redirection redirections[REDIRECTIONS];
  int redirection_count;
};

// The tree of `line`, whose text it keeps using; NULL for an empty line. On an error says so on
// standard error and gives NULL with *failed set. Nodes live until the process ends or parse is
// called again.
struct node *parse(char *line, int *failed);
