// A storm over page tables: random entries in tables that are also data, random accesses, and after
// each the question whether hardware did what a walk in software says. Run on the board it tests
// the board (and this model); run in a guest it tests the shadows. Same seed, same steps: the last
// line must be the same.
//
// The rule of the game is the architecture's: after a change of any table the guest fences before
// the next access. Frames of the pool are tables, data and both: stores through the window hit
// tables, too.

#include "payload.h"

#define ROOTS      4
#define MIDDLES    8  // frames meant for level 1
#define LEAVES     10 // and for level 0
#define FRAMES     40
#define STEPS      20000
#define ENTRIES    512
#define CODE_ENTRY 511      // of each frame: c.ebreak, which is no valid entry
#define C_EBREAK   0x9002UL
#define USER_PAGE  0x40000000UL // where the stubs are mapped for U-mode
#define RAM_END    (0x80000000UL + (128UL << 20))

typedef uint64 frame_t[ENTRIES];

static frame_t pool[FRAMES] __attribute__((aligned(4096)));
static frame_t user_middle __attribute__((aligned(4096)));
static frame_t user_leaves __attribute__((aligned(4096)));
static uint64 state = 0x243f6a8885a308d3UL, digest = 14695981039346656037UL;
static int hardware_ad, unfenced, root;
static uint64 done, page_faults, access_faults, skipped;

enum kind { FETCH, LOAD, STORE, AMO };

// One access, what the model says of it, and the entries on its path before and after.
struct trial {
  enum kind kind;
  int    user;
  uint64 va, value, sum_mxr;
  uint64 expected;  // cause of the fault; 0: it is done
  uint64 pa;        // where a leaf leads, if there is one
  uint64 *entry[3];
  uint64 before[3], after[3];
  int    self;      // it stores to an entry on its own path
};

static uint64
chance(uint64 below)
{
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (state >> 11) % below;
}

static void
note(uint64 value)
{
  digest = (digest ^ value) * 1099511628211UL;
}

// Root entries 3 and 4, and 510, which is the negative addresses.
static uint64
window_entry(void)
{
  uint64 n = chance(3);
  return n < 2 ? 3 + n : 510;
}

// Few indices, so that accesses meet what was written.
static uint64
random_address(void)
{
  uint64 va = window_entry() << 30 | chance(3) << 21 | chance(3) << 12 | chance(ENTRIES - 1) * 8;
  va = (uint64)((int64)(va << 25) >> 25);
  return chance(200) == 0 ? va ^ 1UL << (39 + chance(25)) : va;
}

static void
odd_entry(uint64 *entry)
{
  uint64 target = (uint64)pool[chance(FRAMES)];
  uint64 flags = chance(4) == 0 ? PTE_V : chance(1024);
  if(chance(3) == 0)
    target &= ~((1UL << 21) - 1); // a large leaf over code and pool
  if(chance(6) == 0)
    target = 1UL << 50; // where nothing is
  if(chance(8) == 0)
    flags |= 1UL << (54 + chance(10));
  *entry = PA2PTE(target) | flags;
}

static void
random_entry(void)
{
  uint at = chance(ROOTS + MIDDLES + LEAVES);
  uint64 *entry = &pool[at][at < ROOTS ? window_entry() : chance(3)];
  unfenced = 1;
  if(chance(6) == 0)
    odd_entry(entry);
  else if(at < ROOTS)
    *entry = PA2PTE(pool[ROOTS + chance(MIDDLES)]) | PTE_V;
  else if(at < ROOTS + MIDDLES)
    *entry = PA2PTE(pool[ROOTS + MIDDLES + chance(LEAVES)]) | PTE_V;
  else
    *entry = PA2PTE(pool[ROOTS + chance(FRAMES - ROOTS)]) | PTE_V | PTE_R | chance(16) << 1 |
             chance(4) << 6;
}

static int
permitted(const struct trial *t, uint64 pte)
{
  int readable = (pte & PTE_R) || ((t->sum_mxr & SSTATUS_MXR) && (pte & PTE_X));
  if(t->user ? !(pte & PTE_U) : (pte & PTE_U) && (t->kind == FETCH || !(t->sum_mxr & SSTATUS_SUM)))
    return 0;
  return t->kind == FETCH ? (pte & PTE_X) != 0 : t->kind == LOAD ? readable : (pte & PTE_W) != 0;
}

static const uint64 page_fault[] = {
  CAUSE_INSTRUCTION_PAGE, CAUSE_LOAD_PAGE, CAUSE_STORE_PAGE, CAUSE_STORE_PAGE,
};
static const uint64 access_fault[] = {
  CAUSE_INSTRUCTION_ACCESS, CAUSE_LOAD_ACCESS, CAUSE_STORE_ACCESS, CAUSE_STORE_ACCESS,
};

// What a hart makes of an access: fills in expected, pa, entry, before and after.
static void
model(struct trial *t)
{
  uint64 table = (uint64)pool[root];
  t->entry[0] = t->entry[1] = t->entry[2] = NULL;
  t->expected = page_fault[t->kind];
  if((uint64)((int64)(t->va << 25) >> 25) != t->va)
    return;
  for(int level = 2; ; level--){
    if(table < 0x80000000UL || table >= RAM_END){
      t->expected = access_fault[t->kind];
      return;
    }
    uint64 *entry = (uint64 *)table + PX(level, t->va);
    uint64 pte = *entry, within = (1UL << (12 + 9 * level)) - 1;
    t->entry[level] = entry;
    t->before[level] = t->after[level] = pte;
    table = PTE2PA(pte);
    if(!(pte & PTE_V) || (pte & (PTE_R | PTE_W)) == PTE_W || pte >> 54)
      return;
    if(!(pte & (PTE_R | PTE_X))){
      if(level == 0 || (pte & (PTE_A | PTE_D | PTE_U)))
        return;
      continue;
    }
    t->pa = table | (t->va & within);
    uint64 wanted = pte | PTE_A | (t->kind >= STORE ? PTE_D : 0);
    if(!permitted(t, pte) || (table & within) || (wanted != pte && !hardware_ad))
      return;
    t->expected = 0;
    t->after[level] = wanted;
    return;
  }
}

// Where accesses may go: the pool, but for the roots, without which nothing works any more.
static int
in_pool(uint64 pa)
{
  return pa - (uint64)pool[ROOTS] < sizeof(pool) - ROOTS * sizeof(pool[0]);
}

static void
fence(void)
{
  uint64 zero = 0;
  if(chance(2))
    __asm__ volatile("sfence.vma zero, zero" : : : "memory");
  else
    __asm__ volatile("sfence.vma zero, %0" : : "r"(zero) : "memory");
  unfenced = 0;
}

static void
fail(uint64 step, const struct trial *t, const struct outcome *o, const char *what)
{
  put("storm: step ");
  put_number(step);
  put(": ");
  put(what);
  put(": kind ");
  put_number(t->kind);
  put(", va ");
  put_hex(t->va);
  put(", pa ");
  put_hex(t->expected == 0 ? t->pa : 0);
  put(", expected cause ");
  put_number(t->expected == 0 ? CAUSE_BREAKPOINT : t->expected);
  put(", got ");
  put_number(o->cause);
  put(", tval ");
  put_hex(o->tval);
  put(", epc ");
  put_hex(o->epc);
  put("\n");
  finish(1);
}

// Hardware may set A for an access that then fails; never D.
static void
compare_entries(uint64 step, const struct trial *t, const struct outcome *o)
{
  for(int level = 0; level < 3; level++){
    if(t->entry[level] == NULL || t->self)
      continue;
    uint64 now = *t->entry[level], aside = t->expected == 0 ? 0 : PTE_A;
    if((now & ~aside) != (t->after[level] & ~aside))
      fail(step, t, o, "the entry differs");
  }
}

// Whether a hart may say `cause` where the model says `expected`. A table where nothing is: the
// specification has an access fault, QEMU a page fault. An AMO that may not even load: QEMU 7.2 has
// a load's fault.
static int
may_say(const struct trial *t, uint64 cause, uint64 expected)
{
  if(t->kind == AMO && cause == expected - 2)
    return 1;
  if(t->expected == 0 || expected > CAUSE_STORE_ACCESS)
    return cause == expected;
  return cause == expected || cause == expected + (expected == CAUSE_INSTRUCTION_ACCESS ? 11 : 8);
}

static void
compare(uint64 step, const struct trial *t, const struct outcome *o, uint64 pc, uint64 old)
{
  int ok = t->expected == 0;
  uint64 cause = ok ? CAUSE_BREAKPOINT : t->expected;
  uint64 epc = ok && t->kind != FETCH ? pc + 4 : pc;
  if(!may_say(t, o->cause, cause) || o->epc != epc || (!ok && o->tval != t->va))
    fail(step, t, o, "another outcome");
  if(ok && (t->kind == LOAD || t->kind == AMO) && !t->self && o->a0 != old)
    fail(step, t, o, "another value was read");
  uint64 stored = t->kind == STORE ? t->value : old + t->value;
  if(ok && t->kind >= STORE && !t->self && *(uint64 *)t->pa != stored)
    fail(step, t, o, "another value was written");
  compare_entries(step, t, o);
}

static void
run(uint64 step, struct trial *t)
{
  static const uint64 stub[] = { 0, STUB_LOAD, STUB_STORE, STUB_AMO };
  struct outcome o;
  uint64 pc = t->kind == FETCH ? t->va : (t->user ? USER_PAGE : (uint64)stubs) + stub[t->kind];
  uint64 old = t->expected == 0 ? *(uint64 *)t->pa : 0;
  csr_clear(sstatus, SSTATUS_SPP | SSTATUS_SUM | SSTATUS_MXR | SSTATUS_SPIE);
  csr_set(sstatus, t->sum_mxr | (t->user ? 0 : SSTATUS_SPP));
  attempt(&o, pc, t->value, t->va);
  csr_clear(sstatus, SSTATUS_SUM | SSTATUS_MXR);
  compare(step, t, &o, pc, old);
  if(t->expected == 0 && t->kind >= STORE)
    unfenced = 1; // it may have hit a table
  if(t->expected == 0)
    done++;
  else if(t->expected >= CAUSE_INSTRUCTION_PAGE)
    page_faults++;
  else
    access_faults++;
  note(t->expected);
  // A may have been set for an access that failed, and what is read may be an entry.
  note(t->expected == 0 && t->kind == LOAD ? o.a0 & ~PTE_A : 0);
}

static void
access(uint64 step)
{
  struct trial t = { .kind = chance(4), .user = chance(2), .va = random_address() };
  t.value = (chance(8) == 0 ? chance(1UL << 20) : state) & ~PTE_V;
  t.sum_mxr = (chance(2) ? SSTATUS_SUM : 0) | (chance(2) ? SSTATUS_MXR : 0);
  if(t.kind == FETCH)
    t.va |= CODE_ENTRY * 8;
  if(unfenced)
    fence();
  model(&t);
  if(t.kind == AMO && t.expected != 0 && !in_pool(t.pa)){
    // Whether an AMO that may not store is refused before it loads is the hart's choice.
    t.kind = STORE;
    model(&t);
  }
  for(int level = 0; level < 3; level++)
    t.self |= t.expected == 0 && t.entry[level] == (uint64 *)t.pa;
  // A leaf may lead to a root, a large one to our own code.
  if(t.expected == 0 && !in_pool(t.pa))
    skipped++;
  else
    run(step, &t);
}

static void
switch_root(void)
{
  root = chance(ROOTS);
  csr_write(satp, MAKE_SATP(pool[root]));
  sfence_vma();
  unfenced = 0;
}

static void
set_up(void)
{
  struct outcome o;
  for(int f = 0; f < FRAMES; f++)
    pool[f][CODE_ENTRY] = C_EBREAK;
  user_leaves[0] = PA2PTE(stubs) | PTE_V | PTE_R | PTE_X | PTE_U | PTE_A | PTE_D;
  user_middle[0] = PA2PTE(user_leaves) | PTE_V;
  for(int r = 0; r < ROOTS; r++){
    pool[r][PX(2, 0)] = PA2PTE(0UL) | PTE_V | PTE_R | PTE_W | PTE_A | PTE_D; // the board's devices
    pool[r][PX(2, USER_PAGE)] = PA2PTE(user_middle) | PTE_V;
    pool[r][PX(2, 0x80000000UL)] = PA2PTE(0x80000000UL) | PTE_V | PTE_LEAF | PTE_A | PTE_D;
    pool[r][3] = PA2PTE(0x80000000UL) | PTE_V | PTE_R; // without A
  }
  csr_write(satp, MAKE_SATP(pool[0]));
  sfence_vma();
  csr_set(sstatus, SSTATUS_SPP);
  attempt(&o, (uint64)stubs + STUB_LOAD, 0, (3UL << 30) + (uint64)stubs - 0x80000000UL);
  hardware_ad = o.cause == CAUSE_BREAKPOINT;
  put(hardware_ad ? "storm: hardware sets A and D\n" : "storm: A and D raise page faults\n");
}

void
main(void)
{
  set_up();
  for(uint64 step = 0; step < STEPS; step++){
    uint64 n = chance(16);
    if(n < 3)
      random_entry();
    else if(n < 5)
      switch_root();
    else
      access(step);
  }
  put("storm: ok, done ");
  put_number(done);
  put(", page faults ");
  put_number(page_faults);
  put(", access faults ");
  put_number(access_faults);
  put(", skipped ");
  put_number(skipped);
  put(", digest ");
  put_hex(digest);
  put("\n");
}
