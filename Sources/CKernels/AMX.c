#include "Tables.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define CK_TILES __attribute__((target("amx-tile,amx-bf16")))
#define CK_TILE_LOAD(tile, memory, stride) _tile_loadd(tile, memory, stride)
#define CK_TILE_STORE(tile, memory, stride) _tile_stored(tile, memory, stride)
#define CK_TILE_DOT(sum, left, right) _tile_dpbf16ps(sum, left, right)
#include "Matrix/TileProducts.h"

// Palette 1 as every processor with AMX has it. CPUID's leaves on tiles are not asked: many virtual machines leave them
// empty.
typedef struct tile_configuration {
  uint8_t palette, start_row, reserved[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
} tile_configuration;

CK_TILES static void configure(void) {
  tile_configuration configuration __attribute__((aligned(64))) = {.palette = 1};
  for (int tile = 0; tile < 8; tile++) {
    configuration.row_bytes[tile] = 64;
    configuration.rows[tile] = tile_lines;
  }
  _tile_loadconfig(&configuration);
}

CK_TILES static void release(void) { _tile_release(); }

CK_BF16 static void multiply(const ck_product *product, float *c, ptrdiff_t stride) {
  configure();
  multiply_blocks(tile_block, tile_block_rows, product, c, stride);
  release();
}

// Tile products alone: four independent sums.
CK_TILES static float rounds(ptrdiff_t count) {
  uint8_t zeros[16][64] __attribute__((aligned(64))) = {{0}};
  configure();
  _tile_loadd(4, zeros, 64);
  _tile_loadd(5, zeros, 64);
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (ptrdiff_t i = 0; i < count; i++) {
    _tile_dpbf16ps(0, 4, 5);
    _tile_dpbf16ps(1, 4, 5);
    _tile_dpbf16ps(2, 4, 5);
    _tile_dpbf16ps(3, 4, 5);
  }
  float sums[16][16];
  _tile_stored(0, sums, 64);
  release();
  return sums[0][0];
}

const ck_matrix ck_amx_matrix = {
    CK_PACKING,
    .multiply = multiply,
    .rounds = rounds,
    .flops_per_round = 4 * 16 * 16 * 32 * 2,
};
#endif
