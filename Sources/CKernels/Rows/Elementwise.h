// Sums, products and searches over elements.

static void add(const float *a, const float *b, float *y, ptrdiff_t count) {
  CK_IN_PLACE
  for (ptrdiff_t i = 0; i < count; i++) y[i] = a[i] + b[i];
}

static void scale(const float *x, float a, float *y, ptrdiff_t count) {
  CK_IN_PLACE
  for (ptrdiff_t i = 0; i < count; i++) y[i] = a * x[i];
}

static void multiply_add(const float *restrict x, float a, float *restrict y, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) y[i] += a * x[i];
}

static void multiply(const float *x, const float *z, float *y, ptrdiff_t count) {
  CK_IN_PLACE
  for (ptrdiff_t i = 0; i < count; i++) y[i] = x[i] * z[i];
}

static double sum_of_squares(const float *x, ptrdiff_t count) {
  double sum = 0;
  for (ptrdiff_t i = 0; i < count; i++) sum += (double)x[i] * (double)x[i];
  return sum;
}

static double sum(const float *x, ptrdiff_t count) {
  double sum = 0;
  for (ptrdiff_t i = 0; i < count; i++) sum += (double)x[i];
  return sum;
}

static float dot(const float *x, const float *z, ptrdiff_t count) {
  float sum = 0;
  for (ptrdiff_t i = 0; i < count; i++) sum += x[i] * z[i];
  return sum;
}

// Magnitudes order like the integers of their bits; what is not a number is above all.
static float maximum_magnitude(const float *x, ptrdiff_t count) {
  uint32_t largest = 0;
  for (ptrdiff_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, x + i, sizeof bits);
    bits &= 0x7FFFFFFFu;
    largest = bits > largest ? bits : largest;
  }
  float magnitude;
  memcpy(&magnitude, &largest, sizeof magnitude);
  return magnitude;
}

static bool all_finite(const float *x, ptrdiff_t count) {
  uint32_t found = 0;
  for (ptrdiff_t i = 0; i < count; i++) {
    uint32_t bits;
    memcpy(&bits, x + i, sizeof bits);
    found |= (bits & 0x7F800000u) == 0x7F800000u;
  }
  return found == 0;
}
