// The set-up of the program's memory allocator.
#ifndef SKERRY_JEMALLOC_H
#define SKERRY_JEMALLOC_H

// Read by jemalloc when the program starts; a user's MALLOC_CONF has the last word.
extern const char *malloc_conf;

#endif
