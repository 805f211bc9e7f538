// What the coverage audit reads from outside, out of RAM of a stopped machine: the symbols `audit_kernel`
// (in a kernel) and `audit_visor` (in Memvisor) hold these records, filled in at boot. They name the real
// structures that the allocator and the tables work with; nothing is kept for the audit alone.
// harness/view reads them by symbol and by the offsets that follow from this file.
#pragma once

#include "types.h"

#define AUDIT_MAGIC   0x74696475615f626dUL // "mb_audit"
#define AUDIT_VERSION 2

// What an original frame is in use for.
#define FRAME_FREE   0
#define FRAME_USER   1 // mapped, or to be mapped, in a process
#define FRAME_TABLE  2 // a page table with original entries (a root too)
#define FRAME_KERNEL 3 // kernel stacks, buffers, pipes: not covered by `user+tables`

// What a frame of the backup bank is in use for.
#define BACKUP_FREE        0
#define BACKUP_OF_ORIGINAL 1
#define BACKUP_TABLE       2 // holds only backup PTEs
#define BACKUP_DROPPED     3 // held them; no root leads to it any more, and it is emptied before its next use

#define NO_BACKUP 0xffffffffU

// One for each original frame, in address order.
struct frame {
  uint8  use;    // FRAME_*
  uint8  spare;
  uint16 refs;   // users of a shared frame
  uint32 backup; // index into the backup bank, or NO_BACKUP
};

// One for each frame of the backup bank, in address order.
struct backup_frame {
  uint32 original; // index of the original it belongs to; meaningful for BACKUP_OF_ORIGINAL
  uint8  use;      // BACKUP_*
  uint8  spare[3];
};

struct audit_kernel {
  uint64 magic;
  uint64 version;
  uint64 originals_base;  // physical address of original frame 0
  uint64 originals_count;
  uint64 frames;          // address of struct frame[originals_count]
  uint64 backups_base;    // physical address of backup frame 0; 0 without mirroring
  uint64 backups_count;
  uint64 backup_frames;   // address of struct backup_frame[backups_count]
  uint64 offset;          // virtual offset from an original page to its backup page; 0 without mirroring
  uint64 kernel_root;     // physical address
  uint64 processes;       // address of the process table
  uint64 process_count;
  uint64 process_stride;
  uint64 process_root;    // offset of the root's address within a process; the root is 0 when unused
  uint64 process_pid;     // offset of the pid (int)
  uint64 process_building; // offset of the address of a root that an exec under way is filling; 0: none
  // Free frames that are kept as holding only zeros: the address of a list of indices (uint32), and
  // that of its length (uint32); of originals, and of frames of the backup bank (0 without mirroring).
  uint64 empty_originals;
  uint64 empty_originals_count;
  uint64 empty_backups;
  uint64 empty_backups_count;
};

// One shadow root pair of Memvisor.
struct shadow_root {
  uint64 guest_root;  // guest-physical address of the guest's root, or BARE_ROOT
  uint64 shadow;      // physical address of the shadow root; 0: unused
  uint64 backup;      // physical address of the backup root; 0 without backups
};

#define BARE_ROOT (~0UL)

struct audit_visor {
  uint64 magic;
  uint64 version;
  uint64 guest_base;      // first guest-physical address of guest RAM
  uint64 guest_frames;    // frames of guest RAM
  uint64 guest_map;       // address of uint32[guest_frames]: guest frame -> machine frame index, or NO_BACKUP
  uint64 originals_base;  // physical address of machine frame 0
  uint64 originals_count;
  uint64 frames;          // address of struct frame[originals_count]
  uint64 backups_base;
  uint64 backups_count;
  uint64 backup_frames;   // address of struct backup_frame[backups_count]
  uint64 roots;           // address of struct shadow_root[root_count]
  uint64 root_count;
  // A shadow table that is in no root holds only zeros, and so does its backup table (the frame of the
  // same number of the backup bank): of those that have been used at all.
  uint64 tables;              // address of shadow table 0
  uint64 tables_used;         // address of a uint32: the tables below it have been used
  uint64 backup_tables_used;  // the same of backup tables; 0 without backups
};
