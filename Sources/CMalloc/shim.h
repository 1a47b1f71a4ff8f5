#pragma once
#include <malloc.h>

/// Makes glibc give memory back soon, for a program whose large blocks live for seconds.
///
/// One arena for all threads, since each further one keeps what it once needed. Blocks from 128 KiB on come
/// from the kernel and go back to it: left alone, glibc raises that limit to the largest block ever freed.
static inline void malloc_hold_little(void)
{
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
}
