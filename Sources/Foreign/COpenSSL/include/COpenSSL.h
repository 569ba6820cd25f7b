#ifndef SKERRY_COpenSSL_H
#define SKERRY_COpenSSL_H
#endif
