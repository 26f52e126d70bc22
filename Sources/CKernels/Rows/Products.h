// Some rows times a matrix that is read once and not rearranged, as where several texts are continued together.

typedef float product_vector __attribute__((vector_size(4 * CK_LANES), aligned(4), may_alias));

enum { product_rows = 4, product_columns = CK_LANES == 16 ? 4 : 2 };

// y = x · wᵀ for `rows` × `columns` numbers, and asks for `asked` lines from `next` on; all known where this is inlined.
CK_INLINE void product_block(
    const int rows, const int columns, const int asked, const float *x, const float *w, const float *next, float *y,
    ptrdiff_t inner, ptrdiff_t stride) {
  product_vector sums[product_rows][product_columns] = {0};
  ptrdiff_t i = 0;
  for (; i + CK_LANES <= inner; i += CK_LANES) {
    product_vector lines[product_columns];
#pragma clang loop unroll(full)
    for (int c = 0; c < columns; c++) {
      lines[c] = *(const product_vector *)(w + c * inner + i);
    }
#pragma clang loop unroll(full)
    for (int c = 0; c < asked; c++) __builtin_prefetch(next + c * inner + i);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      product_vector row = *(const product_vector *)(x + r * inner + i);
#pragma clang loop unroll(full)
      for (int c = 0; c < columns; c++) sums[r][c] += row * lines[c];
    }
  }
  for (int r = 0; r < rows; r++) {
    for (int c = 0; c < columns; c++) {
      float lanes[CK_LANES], sum = 0;
      memcpy(lanes, &sums[r][c], sizeof lanes);
      for (int l = 0; l < CK_LANES; l++) sum += lanes[l];
      for (ptrdiff_t rest = i; rest < inner; rest++) sum += x[r * inner + rest] * w[c * inner + rest];
      y[r * stride + c] = sum;
    }
  }
}

// Some columns of all rows. Lines of w behind them are asked for little by little, so that memory is busy all the time.
CK_INLINE void product_lines(
    const int columns, const int asked, const float *x, const float *w, float *y, ptrdiff_t rows, ptrdiff_t inner,
    ptrdiff_t stride) {
  ptrdiff_t r = 0, next = 0;
  for (; r + product_rows <= rows; r += product_rows, next = (next + asked) % columns) {
    product_block(
        product_rows, columns, asked, x + r * inner, w, w + (columns + next) * inner, y + r * stride, inner, stride);
  }
  for (; r < rows; r++) product_block(1, columns, 0, x + r * inner, w, w, y + r * stride, inner, stride);
}

static void products(
    const float *x, const float *w, float *y, ptrdiff_t rows, ptrdiff_t inner, ptrdiff_t columns, ptrdiff_t stride) {
  ptrdiff_t c = 0;
  for (; c + product_columns <= columns; c += product_columns, w += product_columns * inner) {
    if (rows >= 4 * product_rows) {
      product_lines(product_columns, (product_columns + 3) / 4, x, w, y + c, rows, inner, stride);
    } else if (rows >= 2 * product_rows) {
      product_lines(product_columns, product_columns / 2, x, w, y + c, rows, inner, stride);
    } else {
      product_lines(product_columns, product_columns, x, w, y + c, rows, inner, stride);
    }
  }
  for (; c < columns; c++, w += inner) product_lines(1, 0, x, w, y + c, rows, inner, stride);
}
