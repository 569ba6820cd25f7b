// Shows nghttp2 (Debian's libnghttp2-dev) to HTTP2Engine; nothing else may import it.
#ifndef SKERRY_CNghttp2_H
#define SKERRY_CNghttp2_H
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <nghttp2/nghttp2.h>
#endif
