// Softmax over rows, whole or as far as a query sees.

static void softmax(const float *x, float *y, ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    const float *from = x + r * width;
    float *to = y + r * width;
    float largest = maximum(from, width);
    float sum = 0;
    if (largest == -INFINITY) largest = 0;
    CK_IN_PLACE
    for (ptrdiff_t i = 0; i < width; i++) {
      float e = exponential(from[i] - largest);
      to[i] = e;
      sum += e;
    }
    float reciprocal = sum == 0 ? 0 : 1.0f / sum;
    for (ptrdiff_t i = 0; i < width; i++) to[i] *= reciprocal;
  }
}

CK_INLINE ptrdiff_t visible_keys(ptrdiff_t visible, ptrdiff_t width) {
  return visible < 0 ? 0 : visible > width ? width : visible;
}

// score −= slope · distance: the last key that a query sees is as near as can be, each earlier one a place farther.
static void attention_distances(
    float *scores, float slope, ptrdiff_t rows, ptrdiff_t width, ptrdiff_t visible, ptrdiff_t step) {
  for (ptrdiff_t r = 0; r < rows; r++, visible += step) {
    float *row = scores + r * width;
    int32_t seen = (int32_t)visible_keys(visible, width), last = (int32_t)visible - 1;
    for (int32_t i = 0; i < seen; i++) row[i] -= slope * (float)(last - i);
  }
}

static void attention_softmax(
    float *scores, float scale, ptrdiff_t rows, ptrdiff_t width, ptrdiff_t visible, ptrdiff_t step,
    float *log_sum_exp) {
  for (ptrdiff_t r = 0; r < rows; r++, visible += step) {
    float *row = scores + r * width;
    ptrdiff_t seen = visible_keys(visible, width);
    for (ptrdiff_t i = seen; i < width; i++) row[i] = 0;
    log_sum_exp[r] = -INFINITY;
    if (seen == 0) continue;
    float largest = maximum(row, seen);
    float sum = 0;
    for (ptrdiff_t i = 0; i < seen; i++) {
      float e = exponential(scale * (row[i] - largest));
      row[i] = e;
      sum += e;
    }
    float reciprocal = 1.0f / sum;
    for (ptrdiff_t i = 0; i < seen; i++) row[i] *= reciprocal;
    log_sum_exp[r] = scale * largest + logf(sum);
  }
}

static void attention_probabilities(
    float *scores, float scale, ptrdiff_t rows, ptrdiff_t width, ptrdiff_t visible, ptrdiff_t step,
    const float *log_sum_exp) {
  for (ptrdiff_t r = 0; r < rows; r++, visible += step) {
    float *row = scores + r * width;
    ptrdiff_t seen = visible_keys(visible, width);
    for (ptrdiff_t i = seen; i < width; i++) row[i] = 0;
    float base = log_sum_exp[r];
    for (ptrdiff_t i = 0; i < seen; i++) row[i] = exponential(scale * row[i] - base);
  }
}

static void attention_softmax_backward(
    const float *restrict p, float *restrict dp, const float *delta, float scale, ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    const float *row = p + r * width;
    float *out = dp + r * width;
    float d = delta[r];
    for (ptrdiff_t i = 0; i < width; i++) out[i] = row[i] * (out[i] - d) * scale;
  }
}

static void dots(const float *q, const float *k, float *out, ptrdiff_t rows, ptrdiff_t width, ptrdiff_t stride) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    const float *key = k + r * stride;
    float sum = 0;
    for (ptrdiff_t i = 0; i < width; i++) sum += q[i] * key[i];
    out[r] = sum;
  }
}

static void weighted_sum(
    const float *p, const float *v, float *restrict out, ptrdiff_t rows, ptrdiff_t width, ptrdiff_t stride) {
  enum { together = 64 };  // sums that stay in registers
  ptrdiff_t i = 0;
  for (; i + together <= width; i += together) {
    float sums[together] = {0};
    for (ptrdiff_t r = 0; r < rows; r++) {
      for (int n = 0; n < together; n++) sums[n] += p[r] * v[r * stride + i + n];
    }
    memcpy(out + i, sums, sizeof sums);
  }
  if (i == width) return;
  for (ptrdiff_t n = i; n < width; n++) out[n] = 0;
  for (ptrdiff_t r = 0; r < rows; r++) {
    for (ptrdiff_t n = i; n < width; n++) out[n] += p[r] * v[r * stride + n];
  }
}
