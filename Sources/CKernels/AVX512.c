#include "Tables.h"

#if defined(__x86_64__)
#define CK_LEVEL ck_level_avx512
#define CK_LANES 16
#define CK_TABLE ck_avx512_table
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,f16c,fma,lzcnt,movbe,popcnt,avx512f,avx512bw,avx512cd,avx512dq,avx512vl"))), apply_to = function)
#include "Level.h"
#pragma clang attribute pop
#endif
