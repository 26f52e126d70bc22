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

// Rows whose columns come part by part, each part while it is in a cache, with one exponential for each logit.
static void cross_entropy_part(
    float *logits, const int32_t *targets, ptrdiff_t first, ptrdiff_t rows, ptrdiff_t width, float *largest,
    int32_t *places, float *sums, float *chosen) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    float *row = logits + r * width;
    largest[r] = maximum(row, width);
    places[r] = (int32_t)first + first_place(row, width, largest[r]);
    ptrdiff_t target = targets[r] - first;
    if (target >= 0 && target < width) chosen[r] = row[target];
    float base = largest[r] == -INFINITY ? 0 : largest[r];
    float sum = 0;
    for (ptrdiff_t i = 0; i < width; i++) {
      float e = exponential(row[i] - base);
      row[i] = e;
      sum += e;
    }
    sums[r] = sum;
  }
}

static void cross_entropy_join(
    const int32_t *targets, ptrdiff_t rows, ptrdiff_t parts, const float *largest, const int32_t *places, float *sums,
    const float *chosen, float *losses, int32_t *predicted) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    ptrdiff_t best = r;
    for (ptrdiff_t p = r; p < parts * rows; p += rows) best = largest[p] > largest[best] ? p : best;
    float sum = 0;
    for (ptrdiff_t p = r; p < parts * rows; p += rows) sum += sums[p] * exponential(largest[p] - largest[best]);
    predicted[r] = places[best];
    losses[r] = targets[r] < 0 ? 0 : (largest[best] - chosen[r]) + logf(sum);
    for (ptrdiff_t p = r; p < parts * rows; p += rows) sums[p] = exponential(largest[p] - largest[best]) / sum;
  }
}

static void cross_entropy_gradient(
    float *exponentials, const int32_t *targets, ptrdiff_t first, ptrdiff_t rows, ptrdiff_t width,
    const float *factors) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    float *row = exponentials + r * width;
    if (targets[r] < 0) {
      for (ptrdiff_t i = 0; i < width; i++) row[i] = 0;
      continue;
    }
    float factor = factors[r];
    for (ptrdiff_t i = 0; i < width; i++) row[i] *= factor;
    ptrdiff_t target = targets[r] - first;
    if (target >= 0 && target < width) row[target] -= 1;
  }
}
