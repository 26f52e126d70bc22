// Masks from Philox4x32-10 (Salmon et al. 2011): element n of a sample takes word n mod 4 of block n div 4.

enum { dropout_lanes = 16 };

typedef uint32_t dropout_words __attribute__((vector_size(4 * dropout_lanes)));
typedef uint64_t dropout_pairs __attribute__((vector_size(4 * dropout_lanes)));

// The high halves of 16 products x · factor: even and odd lanes are multiplied apart, in 64 bits.
#define CK_HIGH_WORDS(x, factor)                                                             \
  ((dropout_words)(((((dropout_pairs)(x) & 0xFFFFFFFFu) * (uint64_t)(factor)) >> 32) |        \
                   ((((dropout_pairs)(x) >> 32) * (uint64_t)(factor)) & 0xFFFFFFFF00000000u)))

#define CK_INTERLEAVE_WORDS_LOW(x, y) \
  __builtin_shufflevector(x, y, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define CK_INTERLEAVE_WORDS_HIGH(x, y) \
  __builtin_shufflevector(x, y, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)
#define CK_INTERLEAVE_PAIRS_LOW(x, y) \
  __builtin_shufflevector((dropout_pairs)(x), (dropout_pairs)(y), 0, 8, 1, 9, 2, 10, 3, 11)
#define CK_INTERLEAVE_PAIRS_HIGH(x, y) \
  __builtin_shufflevector((dropout_pairs)(x), (dropout_pairs)(y), 4, 12, 5, 13, 6, 14, 7, 15)

// The factors (0 or scale) of the 64 elements from block `block` on: word w of block l becomes factor 4 · l + w.
CK_INLINE void dropout_factors(float *restrict factors, uint32_t block, const ck_dropout *dropout) {
  dropout_words a = (dropout_words){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15} + block;
  dropout_words b = (dropout_words){0} + dropout->epoch_and_site;
  dropout_words c = (dropout_words){0} + dropout->sample[0];
  dropout_words d = (dropout_words){0} + dropout->sample[1];
  uint32_t key0 = dropout->key[0], key1 = dropout->key[1];
  for (int round = 0; round < 10; round++) {
    dropout_words high_a = CK_HIGH_WORDS(a, 0xD2511F53u), low_a = a * 0xD2511F53u;
    dropout_words high_c = CK_HIGH_WORDS(c, 0xCD9E8D57u), low_c = c * 0xCD9E8D57u;
    a = high_c ^ b ^ key0;
    b = low_c;
    c = high_a ^ d ^ key1;
    d = low_a;
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  uint32_t scale;
  memcpy(&scale, &dropout->scale, sizeof scale);
  a = (dropout_words)(a >= dropout->threshold) & scale;
  b = (dropout_words)(b >= dropout->threshold) & scale;
  c = (dropout_words)(c >= dropout->threshold) & scale;
  d = (dropout_words)(d >= dropout->threshold) & scale;
  dropout_words ab = CK_INTERLEAVE_WORDS_LOW(a, b), cd = CK_INTERLEAVE_WORDS_LOW(c, d);
  dropout_words more_ab = CK_INTERLEAVE_WORDS_HIGH(a, b), more_cd = CK_INTERLEAVE_WORDS_HIGH(c, d);
  dropout_pairs ordered[4] = {
      CK_INTERLEAVE_PAIRS_LOW(ab, cd), CK_INTERLEAVE_PAIRS_HIGH(ab, cd), CK_INTERLEAVE_PAIRS_LOW(more_ab, more_cd),
      CK_INTERLEAVE_PAIRS_HIGH(more_ab, more_cd)};
  memcpy(factors, ordered, sizeof ordered);
}

static void dropout(const float *x, float *y, ptrdiff_t count, uint64_t first, const ck_dropout *dropout) {
  float factors[4 * dropout_lanes];
  ptrdiff_t skipped = (ptrdiff_t)(first % 4);
  uint32_t block = (uint32_t)(first / 4);
  for (ptrdiff_t done = 0; done < count; block += dropout_lanes) {
    dropout_factors(factors, block, dropout);
    ptrdiff_t length = 4 * dropout_lanes - skipped;
    if (length > count - done) length = count - done;
    CK_IN_PLACE
    for (ptrdiff_t i = 0; i < length; i++) y[done + i] = x[done + i] * factors[skipped + i];
    done += length;
    skipped = 0;
  }
}
