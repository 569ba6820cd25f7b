// How the program's memory allocator behaves. See CJemalloc.h.
#include "CJemalloc.h"

// background_thread: memory that was freed goes back to the system on a thread of the allocator's own,
// never in somebody's job (glibc gives back the free top of a heap, up to 64 MiB, in whatever call of
// free makes it large enough: jobs of up to 33 ms).
// oversize_threshold: large blocks as well.
const char *malloc_conf =
  "background_thread:true,max_background_threads:1,oversize_threshold:0,"
  "dirty_decay_ms:1000,muzzy_decay_ms:0";
