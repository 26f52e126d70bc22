// to = from + left · right on tiles of 16 rows × 64 bytes, two by two of them (Intel AMX, palette 1).
//
// Included where CK_TILE_… name the unit's instructions: those of the processor, or their definition in plain C for tests.
#pragma once

#include "Blocks.h"

enum { tile_block_rows = 32 };

CK_TILES static void tile_block(
    const uint16_t *left, ptrdiff_t left_stride, const uint16_t *right, ptrdiff_t right_stride, ptrdiff_t blocks,
    ptrdiff_t rows, const float *from, ptrdiff_t from_stride, float *to, ptrdiff_t to_stride) {
  const ptrdiff_t line = tile_inner * sizeof *left;
  const ptrdiff_t from_bytes = from_stride * (ptrdiff_t)sizeof *from, to_bytes = to_stride * (ptrdiff_t)sizeof *to;
  const float *lower_from = from + tile_lines * from_stride;
  float *lower_to = to + tile_lines * to_stride;
  bool is_tall = rows > tile_lines;
  CK_TILE_LOAD(0, from, from_bytes);
  CK_TILE_LOAD(1, from + tile_lines, from_bytes);
  if (is_tall) {
    CK_TILE_LOAD(2, lower_from, from_bytes);
    CK_TILE_LOAD(3, lower_from + tile_lines, from_bytes);
  }
  for (ptrdiff_t k = 0; k < blocks; k++, left += tile_count, right += tile_count) {
    CK_TILE_LOAD(4, left, line);
    CK_TILE_LOAD(6, right, line);
    CK_TILE_LOAD(7, right + right_stride, line);
    CK_TILE_DOT(0, 4, 6);
    CK_TILE_DOT(1, 4, 7);
    if (is_tall) {
      CK_TILE_LOAD(5, left + left_stride, line);
      CK_TILE_DOT(2, 5, 6);
      CK_TILE_DOT(3, 5, 7);
    }
  }
  CK_TILE_STORE(0, to, to_bytes);
  CK_TILE_STORE(1, to + tile_lines, to_bytes);
  if (is_tall) {
    CK_TILE_STORE(2, lower_to, to_bytes);
    CK_TILE_STORE(3, lower_to + tile_lines, to_bytes);
  }
}
