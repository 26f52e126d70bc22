// Branch-free scalar formulas that the compiler turns into vectors of any width.

#define CK_INLINE static inline __attribute__((always_inline))

// For loops whose output may be one of their inputs: element i depends on elements i alone.
#define CK_IN_PLACE _Pragma("clang loop vectorize(assume_safety)")

// exp(x) within 2e-7 relative; 0 below -87, where exp(x) leaves the normal numbers; x above 88 counts as 88.
//
// x = n · ln 2 + r with n rounded by a magic number whose low bits then are n itself; exp(r) = 1 + r + r² · p(r).
CK_INLINE float exponential(float x) {
  float bounded = x > 88.0f ? 88.0f : x;
  bounded = bounded < -87.0f ? -87.0f : bounded;
  float magic, n;
  {
#pragma clang fp reassociate(off)
    magic = bounded * 1.44269504f + 12582912.0f;
    n = magic - 12582912.0f;
  }
  float r = bounded - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  float p = 1.3814694e-3f;
  p = p * r + 8.3687734e-3f;
  p = p * r + 4.1668389e-2f;
  p = p * r + 1.6666520e-1f;
  p = p * r + 4.9999994e-1f;
  p = p * r * r + r + 1.0f;
  uint32_t bits;
  memcpy(&bits, &magic, sizeof bits);
  bits = (bits + 127u) << 23;
  float power;
  memcpy(&power, &bits, sizeof power);
  return x < -87.0f ? 0.0f : p * power;
}

// tanh(x): an odd polynomial near 0, where 1 − 2 / (exp(2x) + 1) would cancel.
CK_INLINE float hyperbolic_tangent(float x) {
  float square = x * x;
  float p = -5.4578548e-3f;
  p = p * square + 2.0417826e-2f;
  p = p * square - 5.3672481e-2f;
  p = p * square + 1.3330655e-1f;
  p = p * square - 3.3333254e-1f;
  float small = x + x * square * p;
  float large = 1.0f - 2.0f / (exponential(2.0f * x) + 1.0f);
  return square < 0.40f ? small : large;
}

// Q(a) / exp(−a² / 2) for a ≥ 0, Q the standard normal distribution's upper tail: t · p(t) with t = 1 / (1 + 0.26 a).
CK_INLINE float upper_tail_ratio(float a) {
  float t = 1.0f / (1.0f + 0.26f * a);
  float p = -5.2423857e-2f;
  p = p * t + 1.3187071e-1f;
  p = p * t + 8.2939714e-2f;
  p = p * t - 2.8563032e-2f;
  p = p * t + 1.8506946e-1f;
  p = p * t + 7.3372707e-2f;
  p = p * t + 1.0773431e-1f;
  return p * t;
}

// max x[i], in 16 lanes; −inf for none.
CK_INLINE float maximum(const float *x, ptrdiff_t count) {
  float lanes[16];
  for (int j = 0; j < 16; j++) lanes[j] = -INFINITY;
  ptrdiff_t i = 0;
  for (; i + 16 <= count; i += 16) {
    for (int j = 0; j < 16; j++) lanes[j] = x[i + j] > lanes[j] ? x[i + j] : lanes[j];
  }
  float largest = -INFINITY;
  for (; i < count; i++) largest = x[i] > largest ? x[i] : largest;
  for (int j = 0; j < 16; j++) largest = lanes[j] > largest ? lanes[j] : largest;
  return largest;
}
