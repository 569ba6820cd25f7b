// How results of system calls are passed on: a failure as the negated errno.
#ifndef SKERRY_RESULT_H
#define SKERRY_RESULT_H

#include <errno.h>

// A system call without the C library's wrapper: in a process with threads that one lets itself be cancelled,
// and says so before and after each call with two locked instructions.
#define RAW(...) ({ long r_ = syscall(__VA_ARGS__); r_ < 0 ? -(int64_t)errno : (int64_t)r_; })

#define RESULT(call) ({ __typeof__(call) r_ = (call); r_ < 0 ? (__typeof__(call))-errno : r_; })

#endif
