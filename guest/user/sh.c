// sh [FILE]: the shell. Reads lines from the console (with a prompt) or from a file (without), and
// runs them: pipes, redirection with < > >>, lists with ;, background with &, groups in
// parentheses, cd. A command is looked for in the current directory, then in /. A line that starts
// with # is a comment.

#include "sh.h"

#define LINE 256

static int script = STDIN; // where the lines come from

static void run(struct node *node) __attribute__((noreturn));
static int run_and_wait(struct node *tree);

static void __attribute__((noreturn))
fail(const char *what)
{
  fprintf(STDERR, "sh: %s failed\n", what);
  exit(1);
}

static int
must_fork(void)
{
  int pid = fork();
  if(pid < 0)
    fail("fork");
  return pid;
}

static void
redirect(const struct redirection *r)
{
  close(r->fd);
  if(open(r->path, r->mode) != r->fd){
    fprintf(STDERR, "open %s failed\n", r->path);
    exit(1);
  }
  if(r->append){
    char skipped[128];
    while(read(r->fd, skipped, sizeof(skipped)) > 0)
      ;
  }
}

static int
is_cd(const struct node *node)
{
  return node->kind == COMMAND && node->argc > 0 && strcmp(node->argv[0], "cd") == 0;
}

// Without a directory, to the root.
static int
cd(const struct node *node)
{
  const char *to = node->argc > 1 ? node->argv[1] : "/";
  if(chdir(to) == 0)
    return 0;
  fprintf(STDERR, "cannot cd %s\n", to);
  return 1;
}

static void __attribute__((noreturn))
run_command(struct node *node)
{
  if(node->argc == 0)
    exit(0);
  if(is_cd(node))
    exit(cd(node));
  exec(node->argv[0], node->argv);
  if(strchr(node->argv[0], '/') == NULL && strlen(node->argv[0]) < MAXPATH - 1){
    char path[MAXPATH] = "/";
    strcpy(path + 1, node->argv[0]);
    exec(path, node->argv);
  }
  fprintf(STDERR, "exec %s failed\n", node->argv[0]);
  exit(1);
}

// Runs `node` with descriptor `fd` going to, or coming from, the pipe's end `keep`.
static void __attribute__((noreturn))
run_in_pipe(struct node *node, int fd, const int *ends, int keep)
{
  close(fd);
  dup(ends[keep]);
  close(ends[0]);
  close(ends[1]);
  run(node);
}

static void __attribute__((noreturn))
run_pipe(struct node *node)
{
  int ends[2];
  if(pipe(ends) < 0)
    fail("pipe");
  if(must_fork() == 0)
    run_in_pipe(node->left, STDOUT, ends, 1);
  int last = must_fork();
  if(last == 0)
    run_in_pipe(node->right, STDIN, ends, 0);
  close(ends[0]);
  close(ends[1]);
  int status, result = 0;
  for(int pid; (pid = wait(&status)) >= 0;)
    if(pid == last)
      result = status;
  exit(result);
}

static void __attribute__((noreturn))
run_background(struct node *node)
{
  if(must_fork() == 0)
    run(node->left);
  exit(0);
}

static void
run(struct node *node)
{
  for(int i = 0; i < node->redirection_count; i++)
    redirect(&node->redirections[i]);
  switch(node->kind){
  case COMMAND: run_command(node);
  case PIPE: run_pipe(node);
  case BACKGROUND: run_background(node);
  case GROUP: run(node->left);
  case LIST: exit(run_and_wait(node));
  }
  exit(1);
}

// Runs a tree in a process of its own and waits for it; but lists and cd are this process's.
// Returns the status.
static int
run_and_wait(struct node *tree)
{
  if(tree->kind == LIST){
    run_and_wait(tree->left);
    return run_and_wait(tree->right);
  }
  if(is_cd(tree))
    return cd(tree);
  int pid = fork(), status = 0;
  if(pid < 0){
    fprintf(STDERR, "sh: fork failed\n");
    return 1;
  }
  if(pid == 0){
    if(script != STDIN){
      close(script);
      script = STDIN;
    }
    run(tree);
  }
  // A background process belongs to init, so the only child is this one.
  wait(&status);
  return status;
}

// Returns the status of the line's last command.
static int
run_line(char *line)
{
  int failed;
  if(line[0] == '#')
    return 0;
  struct node *tree = parse(line, &failed);
  return tree != NULL ? run_and_wait(tree) : failed;
}

// Reads a line of at most LINE - 1 bytes, newline included. One byte at a time, because what
// follows it belongs to the program that reads next. Returns 0 at the end of the input.
static int
read_line(char *line)
{
  int n = 0;
  while(n < LINE - 1 && read(script, &line[n], 1) == 1)
    if(line[n++] == '\n')
      break;
  line[n] = 0;
  return n;
}

// Says that the line is too long and skips the rest of it.
static int
refuse_line(void)
{
  char c = 0;
  while(c != '\n' && read(script, &c, 1) == 1)
    ;
  fprintf(STDERR, "sh: line too long\n");
  return 1;
}

int
main(int argc, char **argv)
{
  static char line[LINE];
  int fd, n, status = 0;
  // Descriptors 0 to 2 are open, even if the shell was started with fewer.
  while((fd = open("console", O_RDWR)) >= 0 && fd <= STDERR)
    ;
  close(fd);
  if(argc > 1 && (script = open(argv[1], O_RDONLY)) < 0){
    fprintf(STDERR, "sh: cannot open %s\n", argv[1]);
    exit(1);
  }
  for(;;){
    if(script == STDIN)
      write(STDERR, "$ ", 2);
    if((n = read_line(line)) == 0)
      break;
    status = n == LINE - 1 && line[n - 1] != '\n' ? refuse_line() : run_line(line);
  }
  exit(status);
}
