// A product of tiles, block by block of what a unit's registers hold.
//
// Each number of c is one chain over the inner elements from first to last, whatever the extents: cutting a product in
// rows, columns or inner blocks does not change its bits. 2 · rows · columns · inner operations; 32 columns × 512 inner
// elements stay in the first-level cache while the rows pass.
#pragma once

#include "Packing.h"

enum { block_columns = 32, inner_tiles = 16, most_block_rows = 32 };

// to = from + left · right for at most `rows` rows and 32 columns. Rows of `from` are `from_stride` apart, which may be 0;
// both have room for whole blocks.
typedef void (*block_function)(
    const uint16_t *left, ptrdiff_t left_stride, const uint16_t *right, ptrdiff_t right_stride, ptrdiff_t blocks,
    ptrdiff_t rows, const float *from, ptrdiff_t from_stride, float *to, ptrdiff_t to_stride);

// Copies at most 32 columns, and zeros what is missing to 32.
CK_BF16_INLINE void copy_wide(
    const float *from, ptrdiff_t from_stride, float *to, ptrdiff_t to_stride, ptrdiff_t rows, ptrdiff_t columns) {
  __mmask16 low = first_lanes(columns), high = first_lanes(columns - 16);
  for (ptrdiff_t r = 0; r < rows; r++, from += from_stride, to += to_stride) {
    _mm512_storeu_ps(to, _mm512_maskz_loadu_ps(low, from));
    _mm512_storeu_ps(to + 16, _mm512_maskz_loadu_ps(high, from + 16));
  }
}

// Copies back no more than is there.
CK_BF16_INLINE void copy_narrow(
    const float *from, ptrdiff_t from_stride, float *to, ptrdiff_t to_stride, ptrdiff_t rows, ptrdiff_t columns) {
  __mmask16 low = first_lanes(columns), high = first_lanes(columns - 16);
  for (ptrdiff_t r = 0; r < rows; r++, from += from_stride, to += to_stride) {
    _mm512_mask_storeu_ps(to, low, _mm512_loadu_ps(from));
    _mm512_mask_storeu_ps(to + 16, high, _mm512_loadu_ps(from + 16));
  }
}

// See `ck_matrix.multiply`. Blocks that reach over an edge of c are computed beside it.
CK_BF16_INLINE void multiply_blocks(
    block_function block, ptrdiff_t block_rows, const ck_product *product, float *c, ptrdiff_t stride) {
  ptrdiff_t left_stride = product->left_tiles * tile_count, right_stride = product->right_tiles * tile_count;
  float beside[most_block_rows * block_columns] __attribute__((aligned(64)));
  float bias[block_columns] __attribute__((aligned(64))) = {0};
  for (ptrdiff_t first = 0; first < product->tiles; first += inner_tiles) {
    ptrdiff_t tiles = smaller(inner_tiles, product->tiles - first);
    bool adding = product->adding || first > 0;
    for (ptrdiff_t j = 0; j < product->columns; j += block_columns) {
      const uint16_t *right = product->right + j / tile_lines * right_stride + first * tile_count;
      ptrdiff_t columns = smaller(block_columns, product->columns - j);
      if (product->bias != NULL) copy_wide(product->bias + j, 0, bias, 0, 1, columns);
      for (ptrdiff_t i = 0; i < product->rows; i += block_rows) {
        const uint16_t *left =
            product->left + i / tile_lines * left_stride + i % tile_lines * tile_inner + first * tile_count;
        ptrdiff_t rows = smaller(block_rows, product->rows - i);
        float *at = c + i * stride + j;
        bool is_whole = rows == block_rows && columns == block_columns;
        float *to = is_whole ? at : beside;
        ptrdiff_t to_stride = is_whole ? stride : block_columns;
        if (adding && !is_whole) copy_wide(at, stride, beside, block_columns, rows, columns);
        block(
            left, left_stride, right, right_stride, tiles, rows, adding ? to : bias, adding ? to_stride : 0, to,
            to_stride);
        if (!is_whole) copy_narrow(beside, block_columns, at, stride, rows, columns);
      }
    }
  }
}
