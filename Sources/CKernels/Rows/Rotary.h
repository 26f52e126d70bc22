// Rotary positions: the numbers i and i + size / 2 of a head are turned together.

// y = x with every pair of the first `heads` heads of a row turned by the angle of the row's position, whose cosines and
// sines lie end to end in a row of the table; `direction` −1 turns back. What is right of the heads is copied.
static void rotate(
    const float *x, float *y, ptrdiff_t rows, ptrdiff_t stride, ptrdiff_t heads, ptrdiff_t size,
    const int32_t *positions, const float *restrict table, float direction) {
  ptrdiff_t half = size / 2;
  for (ptrdiff_t r = 0; r < rows; r++) {
    const float *cosine = table + positions[r] * size, *sine = cosine + half;
    for (ptrdiff_t h = 0; h < heads; h++) {
      const float *from = x + r * stride + h * size;
      float *to = y + r * stride + h * size;
      CK_IN_PLACE
      for (ptrdiff_t i = 0; i < half; i++) {
        float a = from[i], b = from[i + half], s = direction * sine[i];
        to[i] = a * cosine[i] - b * s;
        to[i + half] = b * cosine[i] + a * s;
      }
    }
    CK_IN_PLACE
    for (ptrdiff_t i = heads * size; i < stride; i++) y[r * stride + i] = x[r * stride + i];
  }
}
