#ifndef SKERRY_CLMDB_H
#define SKERRY_CLMDB_H
#endif
