// Counts what a test program allocates, whoever asks for it: the C library's functions are replaced. For one file of a program only.
#pragma once

#include <atomic>
#include <cstdlib>

static std::atomic<long> allocations{0};

extern "C" {
void *__libc_malloc(size_t);
void *__libc_memalign(size_t, size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *malloc(size_t n) { ++allocations; return __libc_malloc(n); }
void *calloc(size_t a, size_t b) { ++allocations; return __libc_calloc(a, b); }
void *realloc(void *p, size_t n) { ++allocations; return __libc_realloc(p, n); }
void *aligned_alloc(size_t a, size_t n) { ++allocations; return __libc_memalign(a, n); }
void *memalign(size_t a, size_t n) { ++allocations; return __libc_memalign(a, n); }
int posix_memalign(void **p, size_t a, size_t n) { ++allocations; return (*p = __libc_memalign(a, n)) ? 0 : 12; }
}
