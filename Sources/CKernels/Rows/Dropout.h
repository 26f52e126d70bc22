// Masks from Philox4x32-10 (Salmon et al. 2011): element n of a sample takes word n mod 4 of block n div 4.
//
// A block is a lane of 64 bits of which the lower half counts: one multiplication gives both halves of a product, and what
// is left in upper halves is never looked at.

// Four groups of eight blocks are independent, which hides the time that a multiplication takes.
enum { dropout_lanes = 8, dropout_groups = 4, dropout_count = 4 * dropout_lanes * dropout_groups };

typedef uint64_t dropout_blocks __attribute__((vector_size(8 * dropout_lanes)));
typedef uint32_t dropout_words __attribute__((vector_size(8 * dropout_lanes)));

// The factors (0 or scale) of `dropout_count` elements from block `block` on: word w of block l becomes factor 4 · l + w.
CK_INLINE void dropout_factors(float *restrict factors, uint32_t block, const ck_dropout *dropout) {
  const dropout_blocks lower = (dropout_blocks){0} + 0xFFFFFFFFu;
  dropout_blocks a[dropout_groups], b[dropout_groups], c[dropout_groups], d[dropout_groups];
#pragma clang loop unroll(full)
  for (int g = 0; g < dropout_groups; g++) {
    a[g] = (dropout_blocks){0, 1, 2, 3, 4, 5, 6, 7} + (uint64_t)block + g * dropout_lanes;
    b[g] = (dropout_blocks){0} + dropout->epoch_and_site;
    c[g] = (dropout_blocks){0} + dropout->sample[0];
    d[g] = (dropout_blocks){0} + dropout->sample[1];
  }
  uint32_t key0 = dropout->key[0], key1 = dropout->key[1];
#pragma clang loop unroll(full)
  for (int round = 0; round < 10; round++) {
#pragma clang loop unroll(full)
    for (int g = 0; g < dropout_groups; g++) {
      dropout_blocks from_a = (a[g] & lower) * 0xD2511F53u, from_c = (c[g] & lower) * 0xCD9E8D57u;
      a[g] = (from_c >> 32) ^ b[g] ^ key0;
      b[g] = from_c;
      c[g] = (from_a >> 32) ^ d[g] ^ key1;
      d[g] = from_a;
    }
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  uint32_t scale;
  memcpy(&scale, &dropout->scale, sizeof scale);
#pragma clang loop unroll(full)
  for (int g = 0; g < dropout_groups; g++) {
    dropout_blocks ab = (a[g] & lower) | b[g] << 32, cd = (c[g] & lower) | d[g] << 32;
    dropout_blocks ordered[2] = {
        __builtin_shufflevector(ab, cd, 0, 8, 1, 9, 2, 10, 3, 11),
        __builtin_shufflevector(ab, cd, 4, 12, 5, 13, 6, 14, 7, 15)};
    for (int half = 0; half < 2; half++) {
      dropout_words words = (dropout_words)ordered[half];
      words = (dropout_words)(words >= dropout->threshold) & scale;
      memcpy(factors + (2 * g + half) * 2 * dropout_lanes, &words, sizeof words);
    }
  }
}

// Does `statement` for the numbers i of `count` elements, the first of which has number `first` inside its sample, with
// the `factor` of each.
#define CK_WITH_FACTORS(count, first, dropout, statement)                        \
  do {                                                                           \
    float factors[dropout_count];                                                \
    ptrdiff_t skipped = (ptrdiff_t)((first) % 4);                                \
    uint32_t block = (uint32_t)((first) / 4);                                    \
    for (ptrdiff_t done = 0; done < (count); block += dropout_count / 4) {       \
      dropout_factors(factors, block, dropout);                                  \
      ptrdiff_t length = dropout_count - skipped;                                \
      if (length > (count) - done) length = (count) - done;                      \
      CK_IN_PLACE                                                                \
      for (ptrdiff_t n = 0; n < length; n++) {                                   \
        ptrdiff_t i = done + n;                                                  \
        float factor = factors[skipped + n];                                     \
        statement;                                                               \
      }                                                                          \
      done += length;                                                            \
      skipped = 0;                                                               \
    }                                                                            \
  } while (0)

static void dropout(const float *x, float *y, ptrdiff_t count, uint64_t first, const ck_dropout *dropout) {
  CK_WITH_FACTORS(count, first, dropout, y[i] = x[i] * factor);
}

static void dropout_pair(
    const float *x, float *restrict y, float *restrict z, ptrdiff_t count, uint64_t first, const ck_dropout *dropout) {
  CK_WITH_FACTORS(count, first, dropout, (y[i] = x[i] * factor, z[i] = z[i] * factor));
}

static void dropout_add(
    const float *x, const float *residual, float *y, ptrdiff_t count, uint64_t first, const ck_dropout *dropout) {
  CK_WITH_FACTORS(count, first, dropout, y[i] = residual[i] + x[i] * factor);
}
