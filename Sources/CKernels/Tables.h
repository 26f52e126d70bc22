#pragma once

#include "CKernels.h"

#include <math.h>
#include <string.h>

extern const ck_table ck_baseline_table;
#if defined(__x86_64__)
extern const ck_table ck_avx2_table;
extern const ck_table ck_avx512_table;
#endif
