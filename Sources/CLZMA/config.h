// What liblzma's configure would find out, for what is built of it: its decoders of .xz, on Linux, by clang.
#pragma once

#define HAVE_DECODER_LZMA2 1
#define HAVE_DECODER_ARM 1
#define HAVE_DECODER_ARM64 1
#define HAVE_DECODER_ARMTHUMB 1
#define HAVE_DECODER_DELTA 1
#define HAVE_DECODER_IA64 1
#define HAVE_DECODER_POWERPC 1
#define HAVE_DECODER_RISCV 1
#define HAVE_DECODER_SPARC 1
#define HAVE_DECODER_X86 1
#define HAVE_CHECK_CRC32 1
#define HAVE_CHECK_CRC64 1
#define HAVE_CHECK_SHA256 1

#define HAVE_INTTYPES_H 1
#define HAVE_STDBOOL_H 1
#define HAVE_STDINT_H 1
#define HAVE___BUILTIN_ASSUME_ALIGNED 1
#define HAVE___BUILTIN_BSWAPXX 1
#define HAVE_FUNC_ATTRIBUTE_CONSTRUCTOR 1
#define HAVE_CLOCK_GETTIME 1
#define HAVE_CLOCK_MONOTONIC 1
#define HAVE_PTHREAD_CONDATTR_SETCLOCK 1
#define MYTHREAD_POSIX 1

#if defined(__x86_64__) || defined(__aarch64__)
#define TUKLIB_FAST_UNALIGNED_ACCESS 1
#endif
#if defined(__x86_64__)
#define HAVE_CPUID_H 1
#define HAVE_IMMINTRIN_H 1
#define HAVE_USABLE_CLMUL 1
#endif
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
#error "liblzma's tables for this order of bytes are not here"
#endif

// Its assertions are for those who change it.
#ifndef NDEBUG
#define NDEBUG 1
#endif

// A program's functions come before a library's. libarchive calls the liblzma of the system, which is another one.
#define LZMA_API_CALL __attribute__((visibility("hidden")))
