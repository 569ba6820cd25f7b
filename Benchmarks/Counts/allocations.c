// Counts memory allocations of the ordinary binary: loaded ahead of libc by LD_PRELOAD.
//
// The count lies in a file that is mapped by whoever wants to read it (SKERRY_ALLOCATIONS names
// it), so that it can be read at any time without disturbing the process. Calls are passed to the
// program's allocator, jemalloc, by names that nothing hides: dlsym would itself allocate.

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

// As in jemalloc/jemalloc.h.
void *mallocx(size_t size, int flags);
void *rallocx(void *old, size_t size, int flags);
enum { zeroed = 0x40 };

// Calls come before the file is mapped, and without the variable it never is.
static _Atomic uint64_t unread;
static _Atomic uint64_t *counter = &unread;

__attribute__((constructor)) static void map_counter(void) {
  const char *path = getenv("SKERRY_ALLOCATIONS");
  if (!path) return;
  int file = open(path, O_RDWR | O_CLOEXEC);
  if (file < 0) return;
  void *page = mmap(NULL, sizeof *counter, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (page != MAP_FAILED) counter = page;
}

static void count(void) { atomic_fetch_add_explicit(counter, 1, memory_order_relaxed); }

static size_t least(size_t size) { return size ? size : 1; }

void *malloc(size_t size) {
  count();
  return mallocx(least(size), 0);
}

void *calloc(size_t number, size_t size) {
  count();
  size_t total;
  if (__builtin_mul_overflow(number, size, &total)) return NULL;
  return mallocx(least(total), zeroed);
}

void *realloc(void *old, size_t size) {
  count();
  return old ? rallocx(old, least(size), 0) : mallocx(least(size), 0);
}

void *memalign(size_t alignment, size_t size) {
  count();
  // MALLOCX_LG_ALIGN.
  return mallocx(least(size), __builtin_ctzl(alignment));
}

void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void **result, size_t alignment, size_t size) {
  void *memory = memalign(alignment, size);
  if (!memory) return ENOMEM;
  *result = memory;
  return 0;
}
