// A matrix as tiles of bf16 numbers, each of 16 lines × 32 inner elements; the rest of the last ones is zeros.
//
// Lines are a product's rows in its left factor and its columns in its right one; the inner direction is the one that is
// summed over. Tiles of 16 lines follow each other from the first inner elements to the last: a panel. A left tile holds
// line after line. A right tile holds pair after pair of inner elements, of every line in turn: what both the
// pairwise dot product of AVX-512 and the tiles of AMX multiply.
#pragma once

#include "../Tables.h"

#include <immintrin.h>

#define CK_BF16 __attribute__((target("avx2,bmi,bmi2,f16c,fma,avx512f,avx512bw,avx512cd,avx512dq,avx512vl,avx512bf16")))
#define CK_BF16_INLINE CK_BF16 static inline __attribute__((always_inline))

enum { tile_lines = 16, tile_inner = 32, tile_count = tile_lines * tile_inner };

CK_BF16_INLINE ptrdiff_t tiles_across(ptrdiff_t count, ptrdiff_t size) { return (count + size - 1) / size; }

CK_BF16_INLINE ptrdiff_t smaller(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }

// The first `count` lanes of 16; all of them for 16 and more, none below 1.
CK_BF16_INLINE __mmask16 first_lanes(ptrdiff_t count) {
  return count >= 16 ? 0xFFFF : count <= 0 ? 0 : (__mmask16)((1u << count) - 1);
}
