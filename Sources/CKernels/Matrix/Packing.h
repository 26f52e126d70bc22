// Numbers laid out as tiles: floats rounded to bf16 (to the nearest, ties to even), or what has been rounded before.
#pragma once

#include "RoundedRows.h"

// Where the number `index` places on is.
CK_BF16_INLINE const void *place(const void *x, bool is_rounded, ptrdiff_t index) {
  return (const char *)x + index * (ptrdiff_t)(is_rounded ? sizeof(uint16_t) : sizeof(float));
}

// 32 neighboring numbers, of which `count` are there, as 16 pairs.
CK_BF16_INLINE __m512i neighbors(const void *x, bool is_rounded, ptrdiff_t count) {
  __mmask16 low = first_lanes(count), high = first_lanes(count - 16);
  if (is_rounded) return _mm512_maskz_loadu_epi16((__mmask32)high << 16 | low, x);
  __m512 first = _mm512_maskz_loadu_ps(low, x);
  __m512 second = _mm512_maskz_loadu_ps(high, (const float *)x + 16);
  return (__m512i)_mm512_cvtne2ps_pbh(second, first);
}

// Pairs of one number of `upper` and the one of `lower` below it; either may be null for zeros.
CK_BF16_INLINE __m512i pairs(const void *upper, const void *lower, bool is_rounded, __mmask16 lanes) {
  const __m512i interleaved = _mm512_set_epi16(
      31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1,
      16, 0);
  __m512i words;
  if (is_rounded) {
    __m256i first = upper == NULL ? _mm256_setzero_si256() : _mm256_maskz_loadu_epi16(lanes, upper);
    __m256i second = lower == NULL ? _mm256_setzero_si256() : _mm256_maskz_loadu_epi16(lanes, lower);
    words = _mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1);
  } else {
    __m512 first = upper == NULL ? _mm512_setzero_ps() : _mm512_maskz_loadu_ps(lanes, upper);
    __m512 second = lower == NULL ? _mm512_setzero_ps() : _mm512_maskz_loadu_ps(lanes, lower);
    words = (__m512i)_mm512_cvtne2ps_pbh(second, first);
  }
  return _mm512_permutexvar_epi16(interleaved, words);
}

// The transpose of 16 × 16 words of 32 bits.
CK_BF16_INLINE void transpose_words(__m512i words[16]) {
  __m512i t[16];
  for (int i = 0; i < 8; i++) {
    t[2 * i] = _mm512_unpacklo_epi32(words[2 * i], words[2 * i + 1]);
    t[2 * i + 1] = _mm512_unpackhi_epi32(words[2 * i], words[2 * i + 1]);
  }
  for (int i = 0; i < 4; i++) {
    words[4 * i] = _mm512_unpacklo_epi64(t[4 * i], t[4 * i + 2]);
    words[4 * i + 1] = _mm512_unpackhi_epi64(t[4 * i], t[4 * i + 2]);
    words[4 * i + 2] = _mm512_unpacklo_epi64(t[4 * i + 1], t[4 * i + 3]);
    words[4 * i + 3] = _mm512_unpackhi_epi64(t[4 * i + 1], t[4 * i + 3]);
  }
  for (int i = 0; i < 4; i++) {
    t[i] = _mm512_shuffle_i32x4(words[i], words[i + 4], 0x88);
    t[i + 4] = _mm512_shuffle_i32x4(words[i], words[i + 4], 0xDD);
    t[i + 8] = _mm512_shuffle_i32x4(words[i + 8], words[i + 12], 0x88);
    t[i + 12] = _mm512_shuffle_i32x4(words[i + 8], words[i + 12], 0xDD);
  }
  for (int i = 0; i < 4; i++) {
    words[i] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0x88);
    words[i + 8] = _mm512_shuffle_i32x4(t[i], t[i + 8], 0xDD);
    words[i + 4] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0x88);
    words[i + 12] = _mm512_shuffle_i32x4(t[i + 4], t[i + 12], 0xDD);
  }
}

// Stores 16 vectors of pairs as one tile.
CK_BF16_INLINE void store_tile(uint16_t *tile, const __m512i words[16]) {
  for (int i = 0; i < 16; i++) _mm512_store_si512(tile + i * tile_inner, words[i]);
}

// Reads a tile whose inner elements are neighbors, as one vector a line.
CK_BF16_INLINE void load_lines(
    __m512i words[16], const void *x, bool is_rounded, ptrdiff_t stride, ptrdiff_t lines, ptrdiff_t inner) {
  for (int i = 0; i < 16; i++) {
    words[i] = i < lines ? neighbors(place(x, is_rounded, i * stride), is_rounded, inner) : _mm512_setzero_si512();
  }
}

CK_BF16_INLINE void pack_lines_left(
    const void *x, bool is_rounded, ptrdiff_t stride, ptrdiff_t lines, ptrdiff_t inner, uint16_t *tiles,
    ptrdiff_t panel) {
  for (ptrdiff_t line = 0; line < tiles_across(lines, tile_lines) * tile_lines; line++) {
    uint16_t *to = tiles + line / tile_lines * panel * tile_count + line % tile_lines * tile_inner;
    for (ptrdiff_t start = 0; start < inner; start += tile_inner, to += tile_count) {
      const void *from = place(x, is_rounded, line * stride + start);
      _mm512_store_si512(to, line < lines ? neighbors(from, is_rounded, inner - start) : _mm512_setzero_si512());
    }
  }
}

CK_BF16_INLINE void pack_lines_right(
    const void *x, bool is_rounded, ptrdiff_t stride, ptrdiff_t lines, ptrdiff_t inner, uint16_t *tiles,
    ptrdiff_t panel) {
  for (ptrdiff_t line = 0; line < lines; line += tile_lines) {
    uint16_t *to = tiles + line / tile_lines * panel * tile_count;
    for (ptrdiff_t start = 0; start < inner; start += tile_inner, to += tile_count) {
      __m512i words[16];
      load_lines(
          words, place(x, is_rounded, line * stride + start), is_rounded, stride, lines - line, inner - start);
      transpose_words(words);
      store_tile(to, words);
    }
  }
}

// Reads a tile whose lines are neighbors, as one vector for each pair of inner elements.
CK_BF16_INLINE void load_pairs(
    __m512i words[16], const void *x, bool is_rounded, ptrdiff_t stride, ptrdiff_t lines, ptrdiff_t inner) {
  __mmask16 lanes = first_lanes(lines);
  for (int i = 0; i < 16; i++, x = place(x, is_rounded, 2 * stride)) {
    words[i] = pairs(
        2 * i < inner ? x : NULL, 2 * i + 1 < inner ? place(x, is_rounded, stride) : NULL, is_rounded, lanes);
  }
}

// Rows of x in the order in which they lie: a tile's 32 rows from the first column to the last.
CK_BF16_INLINE void pack_columns(
    bool is_left, const void *x, bool is_rounded, ptrdiff_t stride, ptrdiff_t lines, ptrdiff_t inner, uint16_t *tiles,
    ptrdiff_t panel) {
  for (ptrdiff_t start = 0; start < inner; start += tile_inner, tiles += tile_count) {
    uint16_t *to = tiles;
    for (ptrdiff_t line = 0; line < lines; line += tile_lines, to += panel * tile_count) {
      __m512i words[16];
      load_pairs(
          words, place(x, is_rounded, start * stride + line), is_rounded, stride, lines - line, inner - start);
      if (is_left) transpose_words(words);
      store_tile(to, words);
    }
  }
}

// A packing function whose call is compiled once for floats and once for rounded numbers.
#define CK_PACKER(name, call)                                                                                  \
  CK_BF16 static void name(                                                                                    \
      ck_numbers x, ptrdiff_t stride, ptrdiff_t lines, ptrdiff_t inner, uint16_t *tiles, ptrdiff_t panel) {    \
    if (x.is_rounded) {                                                                                        \
      const bool is_rounded = true;                                                                            \
      call;                                                                                                    \
    } else {                                                                                                   \
      const bool is_rounded = false;                                                                           \
      call;                                                                                                    \
    }                                                                                                          \
  }

CK_PACKER(pack_left, pack_lines_left(x.base, is_rounded, stride, lines, inner, tiles, panel))
CK_PACKER(pack_right, pack_lines_right(x.base, is_rounded, stride, lines, inner, tiles, panel))
CK_PACKER(pack_left_transposed, pack_columns(true, x.base, is_rounded, stride, lines, inner, tiles, panel))
CK_PACKER(pack_right_transposed, pack_columns(false, x.base, is_rounded, stride, lines, inner, tiles, panel))

CK_BF16 static void round_numbers(const float *x, uint16_t *y, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i += tile_inner) {
    ptrdiff_t rest = count - i;
    __mmask32 lanes = (__mmask32)first_lanes(rest - 16) << 16 | first_lanes(rest);
    _mm512_mask_storeu_epi16(y + i, lanes, neighbors(x + i, false, rest));
  }
}

// What a `ck_matrix` does to numbers before, after and beside a product.
#define CK_PACKING                                                                                  \
  .pack_left = pack_left, .pack_right = pack_right, .pack_left_transposed = pack_left_transposed,   \
  .pack_right_transposed = pack_right_transposed, .round = round_numbers, .widen = widen_numbers,   \
  .dots = rounded_dots, .weighted_sum = rounded_weighted_sum
