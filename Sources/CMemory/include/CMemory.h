#pragma once

/// Makes glibc give memory back soon, for a program whose large blocks live for seconds.
///
/// One arena for all threads, since each further one keeps what it once needed. Blocks from 128 KiB on come
/// from the kernel and go back to it: left alone, glibc raises that limit to the largest block ever freed.
void memory_hold_little(void);

/// Gives back the pages of code that were needed until now, such as by reading the settings.
///
/// What is needed again comes back page by page from the kernel's copy of the file.
void memory_leave_code(void);
