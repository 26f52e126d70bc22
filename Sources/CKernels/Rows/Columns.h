// Sums and maxima down the columns of a matrix, rows in order.

static void column_sums(const float *x, float *restrict sums, ptrdiff_t rows, ptrdiff_t width, ptrdiff_t stride) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    const float *row = x + r * stride;
    for (ptrdiff_t i = 0; i < width; i++) sums[i] += row[i];
  }
}

static void column_maxima(
    const float *x, float *restrict y, int32_t *restrict arguments, ptrdiff_t rows, ptrdiff_t width,
    ptrdiff_t stride) {
  for (ptrdiff_t i = 0; i < width; i++) {
    y[i] = rows > 0 ? x[i] : 0;
    arguments[i] = 0;
  }
  for (ptrdiff_t r = 1; r < rows; r++) {
    const float *row = x + r * stride;
    for (ptrdiff_t i = 0; i < width; i++) {
      bool is_larger = row[i] > y[i];
      y[i] = is_larger ? row[i] : y[i];
      arguments[i] = is_larger ? (int32_t)r : arguments[i];
    }
  }
}
