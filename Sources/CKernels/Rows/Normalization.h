// Layer norm, root mean square norm and their gradients, row by row.

static void layer_norm_forward(
    const float *x, const float *restrict gain, const float *restrict bias, float epsilon, float *y,
    float *restrict mean, float *restrict reciprocal_deviation, ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    const float *from = x + r * width;
    float *to = y + r * width;
    float sum = 0;
    for (ptrdiff_t i = 0; i < width; i++) sum += from[i];
    float center = sum / (float)width;
    float squares = 0;
    for (ptrdiff_t i = 0; i < width; i++) {
      float distance = from[i] - center;
      squares += distance * distance;
    }
    float reciprocal = 1.0f / __builtin_elementwise_sqrt(squares / (float)width + epsilon);
    mean[r] = center;
    reciprocal_deviation[r] = reciprocal;
    CK_IN_PLACE
    for (ptrdiff_t i = 0; i < width; i++) to[i] = (from[i] - center) * reciprocal * gain[i] + bias[i];
  }
}

// With n the normalized row and g = dy · gain: dx = (g − mean(g) − n · mean(g · n)) / deviation
static void layer_norm_backward(
    const float *dy, const float *restrict x, const float *restrict gain, const float *restrict mean,
    const float *restrict reciprocal_deviation, float *dx, float *restrict dgain, float *restrict dbias,
    ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    const float *from = x + r * width, *back = dy + r * width;
    float *to = dx + r * width;
    float center = mean[r], reciprocal = reciprocal_deviation[r];
    float sum = 0, product = 0;
    for (ptrdiff_t i = 0; i < width; i++) {
      float normalized = (from[i] - center) * reciprocal;
      float g = back[i] * gain[i];
      sum += g;
      product += g * normalized;
      dgain[i] += back[i] * normalized;
      dbias[i] += back[i];
    }
    sum /= (float)width;
    product /= (float)width;
    CK_IN_PLACE
    for (ptrdiff_t i = 0; i < width; i++) {
      float normalized = (from[i] - center) * reciprocal;
      to[i] = (back[i] * gain[i] - sum - normalized * product) * reciprocal;
    }
  }
}

static void rms_norm_forward(
    const float *x, const float *restrict gain, float epsilon, float *y, float *restrict reciprocal_root,
    ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    const float *from = x + r * width;
    float *to = y + r * width;
    float squares = 0;
    for (ptrdiff_t i = 0; i < width; i++) squares += from[i] * from[i];
    float reciprocal = 1.0f / __builtin_elementwise_sqrt(squares / (float)width + epsilon);
    reciprocal_root[r] = reciprocal;
    CK_IN_PLACE
    for (ptrdiff_t i = 0; i < width; i++) to[i] = from[i] * reciprocal * gain[i];
  }
}

// With n the normalized row and g = dy · gain: dx = (g − n · mean(g · n)) / root
static void rms_norm_backward(
    const float *dy, const float *restrict x, const float *restrict gain, const float *restrict reciprocal_root,
    float *dx, float *restrict dgain, ptrdiff_t rows, ptrdiff_t width) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    const float *from = x + r * width, *back = dy + r * width;
    float *to = dx + r * width;
    float reciprocal = reciprocal_root[r];
    float product = 0;
    for (ptrdiff_t i = 0; i < width; i++) {
      float normalized = from[i] * reciprocal;
      product += back[i] * gain[i] * normalized;
      dgain[i] += back[i] * normalized;
    }
    product /= (float)width;
    CK_IN_PLACE
    for (ptrdiff_t i = 0; i < width; i++) {
      float normalized = from[i] * reciprocal;
      to[i] = (back[i] * gain[i] - normalized * product) * reciprocal;
    }
  }
}
