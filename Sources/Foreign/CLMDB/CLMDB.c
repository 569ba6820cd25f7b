// CRC-32C by the processor's instruction, and what the kernel has in memory of files.
#define _GNU_SOURCE
#include "CLMDB.h"
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

// SSE 4.2 (every x86-64 since 2008) or ARMv8 CRC; three times at once where a carry-less multiplication
// puts them together.
#if defined(__x86_64__)
#define STEP8(crc, word) (uint32_t)__builtin_ia32_crc32di((crc), (word))
#define STEP1(crc, byte) __builtin_ia32_crc32qi((crc), (byte))
#define TARGET __attribute__((target("sse4.2")))
#elif defined(__aarch64__)
#include <arm_acle.h>
#define STEP8(crc, word) __crc32cd((crc), (word))
#define STEP1(crc, byte) __crc32cb((crc), (byte))
#define TARGET __attribute__((target("crc")))
#else
#error "Skerry runs on x86-64 and arm64."
#endif

#if defined(__x86_64__)
#include <immintrin.h>
#define LANE_BYTES 1024
#define FOLD __attribute__((target("sse4.2,pclmul")))

// The CRC as it is after so many zero bytes as `factor` stands for: x^(8 n - 33) mod P, reflected.
FOLD static uint32_t shift(uint64_t crc, uint64_t factor) {
  __m128i product = _mm_clmulepi64_si128(
      _mm_cvtsi64_si128((int64_t)crc), _mm_cvtsi64_si128((int64_t)factor), 0);
  return (uint32_t)_mm_crc32_u64(0, (uint64_t)_mm_cvtsi128_si64(product));
}

// The instruction takes three cycles, and three of them can be on their way: three lanes side by side.
FOLD static uint32_t three_lanes(uint32_t crc, const unsigned char *next, size_t rounds) {
  for (; rounds > 0; rounds--, next += 3 * LANE_BYTES) {
    uint64_t first = crc, second = 0, third = 0;
    for (size_t at = 0; at < LANE_BYTES; at += 8) {
      uint64_t words[3];
      memcpy(&words[0], next + at, 8);
      memcpy(&words[1], next + LANE_BYTES + at, 8);
      memcpy(&words[2], next + 2 * LANE_BYTES + at, 8);
      first = _mm_crc32_u64(first, words[0]);
      second = _mm_crc32_u64(second, words[1]);
      third = _mm_crc32_u64(third, words[2]);
    }
    crc = shift(first, 0xa51b6135) ^ shift(second, 0x170076fa) ^ (uint32_t)third;
  }
  return crc;
}
#endif

TARGET uint32_t skerry_crc32c(uint32_t crc, const void *bytes, size_t count) {
  const unsigned char *next = bytes;
  crc = ~crc;
#if defined(__x86_64__)
  if (count >= 3 * LANE_BYTES && __builtin_cpu_supports("pclmul")) {
    size_t rounds = count / (3 * LANE_BYTES);
    crc = three_lanes(crc, next, rounds);
    next += rounds * 3 * LANE_BYTES;
    count -= rounds * 3 * LANE_BYTES;
  }
#endif
  for (; count >= 8; count -= 8, next += 8) {
    uint64_t word;
    memcpy(&word, next, 8);
    crc = STEP8(crc, word);
  }
  for (; count > 0; count--, next++) crc = STEP1(crc, *next);
  return ~crc;
}

ssize_t skerry_read_cached(int descriptor, void *bytes, size_t count, int64_t offset) {
  struct iovec room = {bytes, count};
  return preadv2(descriptor, &room, 1, offset, RWF_NOWAIT);
}

void *skerry_map_file_shared(int descriptor, size_t count) {
  void *base = mmap(NULL, count, PROT_READ, MAP_SHARED, descriptor, 0);
  return base == MAP_FAILED ? NULL : base;
}

void skerry_unmap_file_shared(void *base, size_t count) { munmap(base, count); }

int32_t skerry_is_cached(void *base, size_t offset, size_t count) {
  unsigned char pages[512];
  size_t page = (size_t)sysconf(_SC_PAGESIZE);
  size_t end = offset + count;
  for (size_t start = offset / page * page; start < end; start += sizeof pages * page) {
    size_t part = end - start < sizeof pages * page ? end - start : sizeof pages * page;
    if (mincore((char *)base + start, part, pages) < 0) return 0;
    for (size_t at = 0; at < (part + page - 1) / page; at++)
      if (!(pages[at] & 1)) return 0;
  }
  return 1;
}
