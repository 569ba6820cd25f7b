// ISA-L's gzip encoder (Debian's libisal-dev) and Brotli's (libbrotli-dev) for System/Compression;
// nothing else may import it.
#ifndef SKERRY_CCOMPRESSION_H
#define SKERRY_CCOMPRESSION_H

#include <stddef.h>
#include <stdint.h>
#include <brotli/encode.h>

/// What an encoder is asked to do with its input: take it, take it and write all of it out, take it
/// and end the content.
enum { SKERRY_ENCODE_PROCESS = 0, SKERRY_ENCODE_FLUSH = 1, SKERRY_ENCODE_FINISH = 2 };

/// Bytes of memory that a gzip encoder needs: its state, and the buffers of its level (1 to 3).
/// Swift can't import the state itself, whose arrays have 65,536 elements and more.
size_t skerry_gzip_state_bytes(void);
size_t skerry_gzip_level_bytes(int level);

/// Makes `state` ready for a content; `buffer` has the bytes that its level needs.
void skerry_gzip_begin(void *state, int level, void *buffer, size_t buffer_bytes);

/// Encodes as much as there is input and room, and moves what is left of both. Returns 1 when the
/// operation is done, 0 when it needs more room, a negative number if the state is broken.
int skerry_gzip_encode(void *state, int operation, const uint8_t **input, size_t *input_bytes,
                       uint8_t **output, size_t *output_bytes);

#endif
