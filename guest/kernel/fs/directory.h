// Directories and paths.
#pragma once

#include "fs/inode.h"

// The caller holds the directory's lock. NULL if there is no such name (or too many inodes are in
// use); *offset, if wanted, is where the entry lies.
struct inode *directory_find(struct inode *directory, const char *name, uint *offset);
// 0, or -1 if the name is there already, the disk is full, or the directory cannot be read.
int  directory_add(struct inode *directory, const char *name, uint number);
void directory_remove(struct inode *directory, uint offset);
int  directory_is_empty(struct inode *directory); // what cannot be read is not

// From the root or the current directory; NULL if nothing is there. Between log_begin and log_end.
struct inode *path_find(const char *path);
// The directory that holds the last element, which is put into name[DIRSIZ].
struct inode *path_parent(const char *path, char *name);
