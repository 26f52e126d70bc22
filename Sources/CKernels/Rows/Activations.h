// Activations and their derivatives, element by element.

static void gelu_erf_forward(const float *restrict x, float *restrict y, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) {
    float a = fabsf(x[i]);
    float tail = upper_tail_ratio(a) * exponential(-0.5f * a * a);
    y[i] = x[i] < 0 ? x[i] * tail : x[i] - x[i] * tail;
  }
}

// Φ(x) + x · φ(x)
static void gelu_erf_backward(
    const float *dy, const float *restrict x, float *dx, ptrdiff_t count) {
  CK_IN_PLACE
  for (ptrdiff_t i = 0; i < count; i++) {
    float a = fabsf(x[i]);
    float bell = exponential(-0.5f * a * a);
    float tail = upper_tail_ratio(a) * bell;
    float below = x[i] < 0 ? tail : 1.0f - tail;
    dx[i] = dy[i] * (below + x[i] * bell * 0.39894228f);
  }
}

// x · s with s = (1 + tanh u) / 2 = 1 / (1 + exp(−2u)), u = √(2/π) · (x + 0.044715 x³)
static void gelu_tanh_forward(const float *restrict x, float *restrict y, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) {
    float a = x[i];
    float u = 0.79788456f * (a + 0.044715f * a * a * a);
    y[i] = a / (1.0f + exponential(-2.0f * u));
  }
}

// s + 2x · s · (1 − s) · u′; beyond ±12 the slope is that at ±12, 0 or 1 in single precision.
static void gelu_tanh_backward(
    const float *dy, const float *restrict x, float *dx, ptrdiff_t count) {
  CK_IN_PLACE
  for (ptrdiff_t i = 0; i < count; i++) {
    float a = x[i] > 12.0f ? 12.0f : x[i];
    a = a < -12.0f ? -12.0f : a;
    float u = 0.79788456f * (a + 0.044715f * a * a * a);
    float slope = 0.79788456f * (1.0f + 0.134145f * a * a);
    float e = exponential(-2.0f * u);
    float s = 1.0f / (1.0f + e);
    dx[i] = dy[i] * (s + 2.0f * a * s * (e * s) * slope);
  }
}

static void tanh_forward(const float *restrict x, float *restrict y, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) y[i] = hyperbolic_tangent(x[i]);
}

static void tanh_backward(const float *dy, const float *restrict x, float *dx, ptrdiff_t count) {
  CK_IN_PLACE
  for (ptrdiff_t i = 0; i < count; i++) {
    float t = hyperbolic_tangent(x[i]);
    dx[i] = dy[i] * (1.0f - t * t);
  }
}

static void relu_forward(const float *restrict x, float *restrict y, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) y[i] = x[i] < 0 ? 0 : x[i];
}

static void relu_backward(const float *dy, const float *restrict x, float *dx, ptrdiff_t count) {
  CK_IN_PLACE
  for (ptrdiff_t i = 0; i < count; i++) {
    float slope = x[i] > 0 ? 1 : 0;
    dx[i] = dy[i] * slope;
  }
}

// Rows of `width` gates g and as many values u: y = u · g · σ(g)
static void swiglu_forward(const float *restrict x, float *restrict y, ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    const float *gate = x + 2 * r * width, *value = gate + width;
    float *out = y + r * width;
    for (ptrdiff_t i = 0; i < width; i++) out[i] = value[i] * gate[i] / (1.0f + exponential(-gate[i]));
  }
}

// With s = σ(g): dg = dy · u · s · (1 + g · (1 − s)),  du = dy · g · s
static void swiglu_backward(
    const float *restrict dy, const float *restrict x, float *restrict dx, ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    const float *gate = x + 2 * r * width, *value = gate + width, *back = dy + r * width;
    float *dgate = dx + 2 * r * width, *dvalue = dgate + width;
    for (ptrdiff_t i = 0; i < width; i++) {
      float e = exponential(-gate[i]);
      float s = 1.0f / (1.0f + e);
      dgate[i] = back[i] * value[i] * s * (1.0f + gate[i] * (e * s));
      dvalue[i] = back[i] * gate[i] * s;
    }
  }
}
