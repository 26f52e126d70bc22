#include "Tables.h"

#if defined(__x86_64__)
#include "Matrix/DotProducts.h"

CK_BF16 static void multiply(const ck_product *product, float *c, ptrdiff_t stride) {
  multiply_blocks(dot_block, dot_rows, product, c, stride);
}

enum { chains = 16 };

// Dot products in registers alone: sixteen independent chains.
CK_BF16 static float rounds(ptrdiff_t count) {
  __m512 sums[chains];
  __m512bh pair = (__m512bh)_mm512_set1_epi16(0x3C00);
#pragma clang loop unroll(full)
  for (int c = 0; c < chains; c++) sums[c] = _mm512_set1_ps((float)c);
  for (ptrdiff_t i = 0; i < count; i++) {
#pragma clang loop unroll(full)
    for (int c = 0; c < chains; c++) sums[c] = _mm512_dpbf16_ps(sums[c], pair, pair);
  }
  float sum = 0;
#pragma clang loop unroll(full)
  for (int c = 0; c < chains; c++) sum += _mm512_reduce_add_ps(sums[c]);
  return sum;
}

const ck_matrix ck_avx512bf16_matrix = {
    CK_PACKING,
    .multiply = multiply,
    .rounds = rounds,
    .flops_per_round = chains * 16 * 4,
};
#endif
