#pragma once
#include <libpq-fe.h>
#include <sys/eventfd.h>  // What interrupts a wait for libpq's socket; Swift's Glibc module leaves it out.

/// Declared by unistd.h only where `_GNU_SOURCE` is defined, which Swift's Glibc module does not do.
extern int pipe2(int descriptors[2], int flags);
