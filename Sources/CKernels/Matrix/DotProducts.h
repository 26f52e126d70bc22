// to = from + left · right by the pairwise dot product of AVX512_BF16, 8 rows × 32 columns in registers.
#pragma once

#include "Blocks.h"

enum { dot_rows = 8, few_dot_rows = 2, dot_panels = 2 };

// The first `lines` rows of a block, a number that is known where this is inlined.
CK_BF16_INLINE void dot_lines(
    const int lines, const uint16_t *left, const uint16_t *right, ptrdiff_t right_stride, ptrdiff_t blocks,
    const float *from, ptrdiff_t from_stride, float *to, ptrdiff_t to_stride) {
  __m512 sums[dot_rows][dot_panels];
#pragma clang loop unroll(full)
  for (int r = 0; r < lines; r++) {
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
        const uint16_t *column = right + p * right_stride + i * tile_inner;
        columns[p] = (__m512bh)_mm512_load_si512(column);
        _mm_prefetch(column + ahead * tile_inner, _MM_HINT_T0);
      }
#pragma clang loop unroll(full)
      for (int r = 0; r < lines; r++) {
        int32_t pair;
        memcpy(&pair, left + r * tile_inner + 2 * i, sizeof pair);
        __m512bh row = (__m512bh)_mm512_set1_epi32(pair);
#pragma clang loop unroll(full)
        for (int p = 0; p < dot_panels; p++) sums[r][p] = _mm512_dpbf16_ps(sums[r][p], row, columns[p]);
      }
    }
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < lines; r++) {
#pragma clang loop unroll(full)
    for (int p = 0; p < dot_panels; p++) _mm512_storeu_ps(to + r * to_stride + p * tile_lines, sums[r][p]);
  }
}

// One or two rows, as in generation, are bound by memory: not more than those are computed.
CK_BF16 static void dot_block(
    const uint16_t *left, ptrdiff_t left_stride, const uint16_t *right, ptrdiff_t right_stride, ptrdiff_t blocks,
    ptrdiff_t rows, const float *from, ptrdiff_t from_stride, float *to, ptrdiff_t to_stride) {
  (void)left_stride;
  if (rows <= few_dot_rows) {
    dot_lines(few_dot_rows, left, right, right_stride, blocks, from, from_stride, to, to_stride);
  } else {
    dot_lines(dot_rows, left, right, right_stride, blocks, from, from_stride, to, to_stride);
  }
}
