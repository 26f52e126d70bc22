// The negative logarithm of a softmax's component, and its gradient.

// Where `value` first stands: 256 elements are searched at once before one after the other.
CK_INLINE int32_t first_place(const float *x, ptrdiff_t count, float value) {
  ptrdiff_t start = 0;
  for (; start + 256 <= count; start += 256) {
    uint32_t found = 0;
    for (int i = 0; i < 256; i++) found |= x[start + i] == value;
    if (found) break;
  }
  for (ptrdiff_t i = start; i < count; i++) {
    if (x[i] == value) return (int32_t)i;
  }
  return 0;
}

static void cross_entropy_forward(
    const float *logits, const int32_t *targets, ptrdiff_t rows, ptrdiff_t width, float *losses, int32_t *predicted,
    float *log_sum_exp) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    const float *row = logits + r * width;
    float largest = maximum(row, width);
    if (predicted != NULL) predicted[r] = first_place(row, width, largest);
    float sum = 0;
    for (ptrdiff_t i = 0; i < width; i++) sum += exponential(row[i] - largest);
    float log_sum = logf(sum);
    log_sum_exp[r] = largest + log_sum;
    losses[r] = targets[r] < 0 ? 0 : (largest - row[targets[r]]) + log_sum;
  }
}

static void cross_entropy_backward(
    float *logits, const int32_t *targets, const float *log_sum_exp, float scale, ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    float *row = logits + r * width;
    if (targets[r] < 0) {
      for (ptrdiff_t i = 0; i < width; i++) row[i] = 0;
      continue;
    }
    float base = log_sum_exp[r];
    for (ptrdiff_t i = 0; i < width; i++) row[i] = exponential(row[i] - base) * scale;
    row[targets[r]] -= scale;
  }
}

// Forward and backward of a row at once, while it is in a cache, with one exponential for each logit.
static void cross_entropy_gradient(
    float *logits, const int32_t *targets, ptrdiff_t rows, ptrdiff_t width, float *losses, int32_t *predicted) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    float *row = logits + r * width;
    float largest = maximum(row, width);
    predicted[r] = first_place(row, width, largest);
    losses[r] = 0;
    if (targets[r] < 0) {
      for (ptrdiff_t i = 0; i < width; i++) row[i] = 0;
      continue;
    }
    float distance = largest - row[targets[r]];
    float sum = 0;
    for (ptrdiff_t i = 0; i < width; i++) {
      float e = exponential(row[i] - largest);
      row[i] = e;
      sum += e;
    }
    losses[r] = distance + logf(sum);
    float reciprocal = 1.0f / sum;
    for (ptrdiff_t i = 0; i < width; i++) row[i] *= reciprocal;
    row[targets[r]] -= 1;
  }
}
