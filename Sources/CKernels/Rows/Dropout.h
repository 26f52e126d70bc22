// Masks from Philox4x32-10 (Salmon et al. 2011): element n of a sample takes word n mod 4 of block n div 4.

enum { dropout_lanes = 16 };

// The factors (0 or scale) of the 64 elements from block `block` on.
CK_INLINE void dropout_factors(float *restrict factors, uint32_t block, const ck_dropout *dropout) {
  uint32_t a[dropout_lanes], b[dropout_lanes], c[dropout_lanes], d[dropout_lanes];
  for (int l = 0; l < dropout_lanes; l++) {
    a[l] = block + (uint32_t)l;
    b[l] = dropout->epoch_and_site;
    c[l] = dropout->sample[0];
    d[l] = dropout->sample[1];
  }
  uint32_t key0 = dropout->key[0], key1 = dropout->key[1];
  for (int round = 0; round < 10; round++) {
    for (int l = 0; l < dropout_lanes; l++) {
      uint64_t low = (uint64_t)a[l] * 0xD2511F53u;
      uint64_t high = (uint64_t)c[l] * 0xCD9E8D57u;
      a[l] = (uint32_t)(high >> 32) ^ b[l] ^ key0;
      b[l] = (uint32_t)high;
      c[l] = (uint32_t)(low >> 32) ^ d[l] ^ key1;
      d[l] = (uint32_t)low;
    }
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  for (int l = 0; l < dropout_lanes; l++) {
    factors[4 * l] = a[l] >= dropout->threshold ? dropout->scale : 0;
    factors[4 * l + 1] = b[l] >= dropout->threshold ? dropout->scale : 0;
    factors[4 * l + 2] = c[l] >= dropout->threshold ? dropout->scale : 0;
    factors[4 * l + 3] = d[l] >= dropout->threshold ? dropout->scale : 0;
  }
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
