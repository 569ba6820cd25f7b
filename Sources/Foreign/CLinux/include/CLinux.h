#ifndef SKERRY_CLinux_H
#define SKERRY_CLinux_H
#endif
