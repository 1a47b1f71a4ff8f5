#pragma once
#include <libpq-fe.h>
#include <spawn.h>
#include <sys/eventfd.h>  // What interrupts a wait for libpq's socket; Swift's Glibc module leaves it out.

/// Declared by unistd.h only where `_GNU_SOURCE` is defined, which Swift's Glibc module does not do.
extern int pipe2(int descriptors[2], int flags);

/// Declared by spawn.h only for `_DEFAULT_SOURCE`, likewise.
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
