#include "Tables.h"

// The tile product over tiles in memory, by the definition of the instructions: for tests on processors without AMX.
#if defined(__x86_64__)
typedef struct tile {
  uint8_t bytes[16][64];
} tile;

static _Thread_local tile tiles[8];

static void load(tile *to, const void *memory, ptrdiff_t stride) {
  for (int row = 0; row < 16; row++) memcpy(to->bytes[row], (const char *)memory + row * stride, 64);
}

static void store(const tile *from, void *memory, ptrdiff_t stride) {
  for (int row = 0; row < 16; row++) memcpy((char *)memory + row * stride, from->bytes[row], 64);
}

static float widened(const uint8_t *bytes) {
  uint16_t half;
  memcpy(&half, bytes, sizeof half);
  uint32_t bits = (uint32_t)half << 16;
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

// sum[m][n] += left[m][2k] · right[k][2n] + left[m][2k + 1] · right[k][2n + 1], one k after the other
static void dot(tile *sum, const tile *left, const tile *right) {
  for (int m = 0; m < 16; m++) {
    float row[16];
    memcpy(row, sum->bytes[m], sizeof row);
    for (int k = 0; k < 16; k++) {
      for (int n = 0; n < 16; n++) {
        row[n] += widened(left->bytes[m] + 4 * k) * widened(right->bytes[k] + 4 * n);
        row[n] += widened(left->bytes[m] + 4 * k + 2) * widened(right->bytes[k] + 4 * n + 2);
      }
    }
    memcpy(sum->bytes[m], row, sizeof row);
  }
}

#define CK_TILES
#define CK_TILE_LOAD(number, memory, stride) load(&tiles[number], memory, stride)
#define CK_TILE_STORE(number, memory, stride) store(&tiles[number], memory, stride)
#define CK_TILE_DOT(sum, left, right) dot(&tiles[sum], &tiles[left], &tiles[right])
#include "Matrix/TileProducts.h"

CK_BF16 static void multiply(const ck_product *product, float *c, ptrdiff_t stride) {
  multiply_blocks(tile_block, tile_block_rows, product, c, stride);
}

// There is no peak to measure.
static float rounds(ptrdiff_t count) { return (float)count; }

const ck_matrix ck_emulated_matrix = {
    CK_PACKING,
    .multiply = multiply,
    .rounds = rounds,
};
#endif
