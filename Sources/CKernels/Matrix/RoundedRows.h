// Rounded numbers beside floats, such as one query and what is cached for it: bound by reading 2 bytes a number.
#pragma once

#include "Format.h"

CK_BF16_INLINE __m512 widened_lanes(const uint16_t *x, __mmask16 lanes) {
  return (__m512)_mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(lanes, x)), 16);
}

CK_BF16 static void widen_numbers(const uint16_t *x, float *y, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i += 16) {
    __mmask16 lanes = first_lanes(count - i);
    _mm512_mask_storeu_ps(y + i, lanes, widened_lanes(x + i, lanes));
  }
}

// How many rows, or lines of a tile, ahead of their use memory is asked for: some processors do not see by themselves that
// they follow each other.
enum { ahead = 32 };

CK_BF16_INLINE void ask_for(const uint16_t *row, ptrdiff_t width) {
  for (ptrdiff_t i = 0; i < width; i += 32) _mm_prefetch(row + i, _MM_HINT_T0);
}

// See `ck_matrix.dots`.
CK_BF16 static void rounded_dots(
    const float *q, const uint16_t *k, float *out, ptrdiff_t rows, ptrdiff_t width, ptrdiff_t stride) {
  enum { together = 4 };
  for (ptrdiff_t r = 0; r < rows; r += together) {
    ptrdiff_t count = smaller(together, rows - r);
    __m512 sums[together] = {0};
    for (int n = 0; n < together; n++) ask_for(k + (r + n + ahead) * stride, width);
    for (ptrdiff_t i = 0; i < width; i += 16) {
      __mmask16 lanes = first_lanes(width - i);
      __m512 query = _mm512_maskz_loadu_ps(lanes, q + i);
#pragma clang loop unroll(full)
      for (int n = 0; n < together; n++) {
        const uint16_t *key = k + (r + smaller(n, count - 1)) * stride + i;
        sums[n] = _mm512_fmadd_ps(query, widened_lanes(key, lanes), sums[n]);
      }
    }
    for (ptrdiff_t n = 0; n < count; n++) out[r + n] = _mm512_reduce_add_ps(sums[n]);
  }
}

// See `ck_matrix.weighted_sum`.
CK_BF16 static void rounded_weighted_sum(
    const float *p, const uint16_t *v, float *out, ptrdiff_t rows, ptrdiff_t width, ptrdiff_t stride) {
  enum { vectors = 4 };
  for (ptrdiff_t i = 0; i < width; i += vectors * 16) {
    __m512 sums[vectors] = {0};
    __mmask16 lanes[vectors];
    for (int n = 0; n < vectors; n++) lanes[n] = first_lanes(width - i - 16 * n);
    for (ptrdiff_t r = 0; r < rows; r++) {
      __m512 weight = _mm512_set1_ps(p[r]);
      ask_for(v + (r + ahead) * stride + i, smaller(vectors * 16, width - i));
#pragma clang loop unroll(full)
      for (int n = 0; n < vectors; n++) {
        sums[n] = _mm512_fmadd_ps(weight, widened_lanes(v + r * stride + i + 16 * n, lanes[n]), sums[n]);
      }
    }
    for (int n = 0; n < vectors; n++) _mm512_mask_storeu_ps(out + i + 16 * n, lanes[n], sums[n]);
  }
}
