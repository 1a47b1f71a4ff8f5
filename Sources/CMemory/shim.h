#pragma once
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <link.h>
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/// Makes glibc give memory back soon, for a program whose large blocks live for seconds.
///
/// One arena for all threads, since each further one keeps what it once needed. Blocks from 128 KiB on come
/// from the kernel and go back to it: left alone, glibc raises that limit to the largest block ever freed.
static inline void memory_hold_little(void)
{
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
}

/// For `dl_iterate_phdr`: an object's code that nobody can have written to.
static int memory_leave_code_of(struct dl_phdr_info *object, size_t size, void *context)
{
    (void)size;
    (void)context;
    for (size_t i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || !(segment->p_flags & PF_X) || (segment->p_flags & PF_W))
            continue;
        uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
        uintptr_t begin = (object->dlpi_addr + segment->p_vaddr) & ~(page - 1);
        uintptr_t end = (object->dlpi_addr + segment->p_vaddr + segment->p_memsz + page - 1) & ~(page - 1);
        madvise((void *)begin, end - begin, MADV_DONTNEED);
    }
    return 0;
}

/// Gives back the pages of code that were needed until now, such as by reading the settings.
///
/// What is needed again comes back page by page from the kernel's copy of the file.
static inline void memory_leave_code(void)
{
    dl_iterate_phdr(memory_leave_code_of, NULL);
}
