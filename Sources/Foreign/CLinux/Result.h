// How results of system calls are passed on: a failure as the negated errno.
#ifndef SKERRY_RESULT_H
#define SKERRY_RESULT_H

#include <errno.h>

#define RESULT(call) ({ __typeof__(call) r_ = (call); r_ < 0 ? (__typeof__(call))-errno : r_; })

#endif
