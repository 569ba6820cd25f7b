// How results of system calls are passed on: a failure as the negated errno.
#ifndef SKERRY_RESULT_H
#define SKERRY_RESULT_H

#include <errno.h>

// A system call without the C library's function of its own. In a process with threads those are points where
// a thread can be cancelled, which costs two locked instructions a call; nobody here cancels threads. The
// sanitizers watch those functions, so with one of them they are called.
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define RAW(function, number, ...) RESULT(function(__VA_ARGS__))
#else
#define RAW(function, number, ...) \
  ({ long r_ = syscall(number, __VA_ARGS__); r_ < 0 ? -(int64_t)errno : (int64_t)r_; })
#endif

#define RESULT(call) ({ __typeof__(call) r_ = (call); r_ < 0 ? (__typeof__(call))-errno : r_; })

#endif
