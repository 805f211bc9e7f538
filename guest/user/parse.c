// The shell's grammar, lowest precedence first:
//
//   line     = list
//   list     = pipeline [(";" | "&") [list]]
//   pipeline = item ["|" pipeline]
//   item     = ("(" list ")" | word) {word | redirection}         (words only after a word)
//   redirection = ("<" | ">" | ">>") word
//
// Invariant: the parser never writes to the line before the whole tree stands; then it ends each
// word with 0.

#include "sh.h"

#define NODES 32 // in one line; with DEPTH this bounds the recursion: a user stack is one page
#define DEPTH 8  // groups within groups
#define WORDS 128

static struct node nodes[NODES];
static char *word_ends[WORDS];
static int node_count, word_count, depth;
static char *at;            // what is not parsed yet
static const char *problem; // the first error, or NULL

static struct node *parse_list(void);

static struct node *
new_node(enum kind kind, struct node *left, struct node *right)
{
  if(node_count == NODES){
    problem = "line too complex";
    node_count = 0;
  }
  struct node *node = &nodes[node_count++];
  memset(node, 0, sizeof(*node));
  node->kind = kind;
  node->left = left;
  node->right = right;
  return node;
}

// Skips blanks; is the next character one of `set`?
static int
next_is(const char *set)
{
  while(*at != 0 && strchr(" \t\r\n\v", *at) != NULL)
    at++;
  return *at != 0 && strchr(set, *at) != NULL;
}

// The next word, or NULL if there is none.
static char *
parse_word(void)
{
  if(next_is("<|>&;()") || *at == 0)
    return NULL;
  char *word = at;
  while(*at != 0 && strchr(" \t\r\n\v<|>&;()", *at) == NULL)
    at++;
  if(word_count == WORDS)
    problem = "too many words";
  else
    word_ends[word_count++] = at;
  return word;
}

static void
parse_redirection(struct node *node)
{
  struct redirection r = { .fd = STDOUT, .mode = O_WRONLY | O_CREATE | O_TRUNC };
  if(*at++ == '<'){
    r.fd = STDIN;
    r.mode = O_RDONLY;
  } else if(*at == '>'){
    at++;
    r.mode = O_RDWR | O_CREATE;
    r.append = 1;
  }
  r.path = parse_word();
  if(r.path == NULL)
    problem = "missing file for redirection";
  else if(node->redirection_count == REDIRECTIONS)
    problem = "too many redirections";
  else
    node->redirections[node->redirection_count++] = r;
}

static struct node *
parse_item(void)
{
  struct node *node;
  if(next_is("(")){
    at++;
    node = new_node(GROUP, NULL, NULL);
    if(++depth > DEPTH)
      problem = "too many groups within groups";
    if(problem == NULL)
      node->left = parse_list();
    if(problem == NULL && !next_is(")"))
      problem = "missing )";
    depth--;
    at++;
  } else {
    node = new_node(COMMAND, NULL, NULL);
  }
  while(problem == NULL){
    if(next_is("<>")){
      parse_redirection(node);
      continue;
    }
    char *word = node->kind == COMMAND ? parse_word() : NULL;
    if(word == NULL)
      break;
    if(node->argc == MAXARG - 1)
      problem = "too many arguments";
    else
      node->argv[node->argc++] = word;
  }
  return node;
}

static struct node *
parse_pipeline(void)
{
  struct node *left = parse_item();
  if(problem != NULL || !next_is("|"))
    return left;
  at++;
  return new_node(PIPE, left, parse_pipeline());
}

static struct node *
parse_list(void)
{
  struct node *left = parse_pipeline();
  if(problem == NULL && next_is("&")){
    at++;
    left = new_node(BACKGROUND, left, NULL);
  } else if(problem == NULL && next_is(";")){
    at++;
  } else {
    return left;
  }
  if(problem != NULL || next_is(")") || *at == 0)
    return left;
  return new_node(LIST, left, parse_list());
}

// A command without a word is only right where it is all that a line, a list or a group has.
static int
is_nothing(const struct node *node)
{
  return node->kind == COMMAND && node->argc == 0 && node->redirection_count == 0;
}

static void
check(const struct node *node)
{
  if((node->kind == PIPE && (is_nothing(node->left) || is_nothing(node->right))) ||
     (node->kind == BACKGROUND && is_nothing(node->left)))
    problem = "missing command";
  if(node->left != NULL)
    check(node->left);
  if(node->right != NULL)
    check(node->right);
}

struct node *
parse(char *line, int *failed)
{
  at = line;
  problem = NULL;
  node_count = word_count = depth = 0;
  *failed = 0;
  struct node *tree = parse_list();
  if(problem == NULL && (next_is(")") || *at != 0))
    problem = "leftovers";
  if(problem == NULL)
    check(tree);
  if(problem != NULL){
    fprintf(STDERR, "syntax: %s\n", problem);
    *failed = 1;
    return NULL;
  }
  for(int i = 0; i < word_count; i++)
    *word_ends[i] = 0;
  return is_nothing(tree) ? NULL : tree;
}
