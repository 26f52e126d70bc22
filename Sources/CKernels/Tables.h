#pragma once

#include "CKernels.h"

#include <math.h>
#include <string.h>

extern const ck_table ck_baseline_table;
#if defined(__x86_64__)
extern const ck_table ck_avx2_table;
extern const ck_table ck_avx512_table;
extern const ck_matrix ck_avx512bf16_matrix;
extern const ck_matrix ck_amx_matrix;
extern const ck_matrix ck_emulated_matrix;
#endif
