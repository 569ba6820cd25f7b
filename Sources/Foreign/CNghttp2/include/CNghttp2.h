#ifndef SKERRY_CNghttp2_H
#define SKERRY_CNghttp2_H
#endif
