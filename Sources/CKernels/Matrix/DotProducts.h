// to = from + left · right by the pairwise dot product of AVX512_BF16, 8 rows × 32 columns in registers.
#pragma once

#include "Blocks.h"

enum { dot_rows = 8, dot_panels = 2 };

CK_BF16 static void dot_block(
    const uint16_t *left, ptrdiff_t left_stride, const uint16_t *right, ptrdiff_t right_stride, ptrdiff_t blocks,
    ptrdiff_t rows, const float *from, ptrdiff_t from_stride, float *to, ptrdiff_t to_stride) {
  (void)left_stride, (void)rows;
  __m512 sums[dot_rows][dot_panels];
#pragma clang loop unroll(full)
  for (int r = 0; r < dot_rows; r++) {
#pragma clang loop unroll(full)
    for (int p = 0; p < dot_panels; p++) {
      sums[r][p] = _mm512_loadu_ps(from + r * from_stride + p * tile_lines);
      _mm_prefetch(to + r * to_stride + p * tile_lines, _MM_HINT_ET0);
    }
  }
  for (ptrdiff_t block = 0; block < blocks; block++, left += tile_count, right += tile_count) {
    for (int i = 0; i < tile_inner / 2; i++) {
      __m512bh columns[dot_panels];
#pragma clang loop unroll(full)
      for (int p = 0; p < dot_panels; p++) {
        columns[p] = (__m512bh)_mm512_load_si512(right + p * right_stride + i * tile_inner);
      }
#pragma clang loop unroll(full)
      for (int r = 0; r < dot_rows; r++) {
        int32_t pair;
        memcpy(&pair, left + r * tile_inner + 2 * i, sizeof pair);
        __m512bh row = (__m512bh)_mm512_set1_epi32(pair);
#pragma clang loop unroll(full)
        for (int p = 0; p < dot_panels; p++) sums[r][p] = _mm512_dpbf16_ps(sums[r][p], row, columns[p]);
      }
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < dot_rows; r++) {
#pragma clang loop unroll(full)
    for (int p = 0; p < dot_panels; p++) _mm512_storeu_ps(to + r * to_stride + p * tile_lines, sums[r][p]);
  }
}
