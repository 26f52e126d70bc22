// Floats rounded to bf16 (to the nearest, ties to even) and laid out as tiles.
#pragma once

#include "Format.h"

// The first `count` lanes of 16; all of them for 16 and more, none below 1.
CK_BF16_INLINE __mmask16 first_lanes(ptrdiff_t count) {
  return count >= 16 ? 0xFFFF : count <= 0 ? 0 : (__mmask16)((1u << count) - 1);
}

// 32 neighboring floats, of which `count` are there, as 16 pairs.
CK_BF16_INLINE __m512i neighbors(const float *x, ptrdiff_t count) {
  __m512 low = _mm512_maskz_loadu_ps(first_lanes(count), x);
  __m512 high = _mm512_maskz_loadu_ps(first_lanes(count - 16), x + 16);
  return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

// Pairs of one float of `upper` and the one of `lower` below it; either may be null for zeros.
CK_BF16_INLINE __m512i pairs(const float *upper, const float *lower, __mmask16 lanes) {
  const __m512i interleaved = _mm512_set_epi16(
      31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1,
      16, 0);
  __m512 first = upper == NULL ? _mm512_setzero_ps() : _mm512_maskz_loadu_ps(lanes, upper);
  __m512 second = lower == NULL ? _mm512_setzero_ps() : _mm512_maskz_loadu_ps(lanes, lower);
  return _mm512_permutexvar_epi16(interleaved, (__m512i)_mm512_cvtne2ps_pbh(second, first));
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
    __m512i words[16], const float *x, ptrdiff_t stride, ptrdiff_t lines, ptrdiff_t inner) {
  for (int i = 0; i < 16; i++) words[i] = i < lines ? neighbors(x + i * stride, inner) : _mm512_setzero_si512();
}

CK_BF16 static void pack_left(
    const float *x, ptrdiff_t stride, ptrdiff_t lines, ptrdiff_t inner, uint16_t *tiles, ptrdiff_t panel) {
  for (ptrdiff_t line = 0; line < tiles_across(lines, tile_lines) * tile_lines; line++) {
    uint16_t *to = tiles + line / tile_lines * panel * tile_count + line % tile_lines * tile_inner;
    for (ptrdiff_t start = 0; start < inner; start += tile_inner, to += tile_count) {
      __m512i words = line < lines ? neighbors(x + line * stride + start, inner - start) : _mm512_setzero_si512();
      _mm512_store_si512(to, words);
    }
  }
}

CK_BF16 static void pack_right(
    const float *x, ptrdiff_t stride, ptrdiff_t lines, ptrdiff_t inner, uint16_t *tiles, ptrdiff_t panel) {
  for (ptrdiff_t line = 0; line < lines; line += tile_lines) {
    uint16_t *to = tiles + line / tile_lines * panel * tile_count;
    for (ptrdiff_t start = 0; start < inner; start += tile_inner, to += tile_count) {
      __m512i words[16];
      load_lines(words, x + line * stride + start, stride, lines - line, inner - start);
      transpose_words(words);
      store_tile(to, words);
    }
  }
}

// Reads a tile whose lines are neighbors, as one vector for each pair of inner elements.
CK_BF16_INLINE void load_pairs(
    __m512i words[16], const float *x, ptrdiff_t stride, ptrdiff_t lines, ptrdiff_t inner) {
  __mmask16 lanes = first_lanes(lines);
  for (int i = 0; i < 16; i++, x += 2 * stride) {
    words[i] = pairs(2 * i < inner ? x : NULL, 2 * i + 1 < inner ? x + stride : NULL, lanes);
  }
}

// Rows of x in the order in which they lie: a tile's 32 rows from the first column to the last.
CK_BF16_INLINE void pack_transposed(
    bool is_left, const float *x, ptrdiff_t stride, ptrdiff_t lines, ptrdiff_t inner, uint16_t *tiles,
    ptrdiff_t panel) {
  for (ptrdiff_t start = 0; start < inner; start += tile_inner, x += tile_inner * stride, tiles += tile_count) {
    uint16_t *to = tiles;
    for (ptrdiff_t line = 0; line < lines; line += tile_lines, to += panel * tile_count) {
      __m512i words[16];
      load_pairs(words, x + line, stride, lines - line, inner - start);
      if (is_left) transpose_words(words);
      store_tile(to, words);
    }
  }
}

CK_BF16 static void pack_right_transposed(
    const float *x, ptrdiff_t stride, ptrdiff_t lines, ptrdiff_t inner, uint16_t *tiles, ptrdiff_t panel) {
  pack_transposed(false, x, stride, lines, inner, tiles, panel);
}

CK_BF16 static void pack_left_transposed(
    const float *x, ptrdiff_t stride, ptrdiff_t lines, ptrdiff_t inner, uint16_t *tiles, ptrdiff_t panel) {
  pack_transposed(true, x, stride, lines, inner, tiles, panel);
}

// The packing functions of a `ck_matrix`.
#define CK_PACKING                                                                                  \
  .pack_left = pack_left, .pack_right = pack_right, .pack_left_transposed = pack_left_transposed,   \
  .pack_right_transposed = pack_right_transposed
