#include "Tables.h"

#if defined(__x86_64__)
#define CK_LEVEL ck_level_avx2
#define CK_LANES 8
#define CK_TABLE ck_avx2_table
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)
#include "Level.h"
#pragma clang attribute pop
#endif
