// The most multiplications and additions that registers alone allow: twelve independent chains of one register each.

enum { peak_chains = 12, flops_per_round = 2 * peak_chains * CK_LANES };

typedef float peak_vector __attribute__((vector_size(4 * CK_LANES)));

static float multiply_add_rounds(ptrdiff_t count) {
  peak_vector chains[peak_chains];
  for (int c = 0; c < peak_chains; c++) {
    for (int l = 0; l < CK_LANES; l++) chains[c][l] = (float)(c + l);
  }
  for (ptrdiff_t i = 0; i < count; i++) {
#pragma clang fp reassociate(off)
#pragma clang loop unroll(full)
    for (int c = 0; c < peak_chains; c++) chains[c] = chains[c] * 0.9999f + 0.0001f;
  }
  float sum = 0;
  for (int c = 0; c < peak_chains; c++) {
    for (int l = 0; l < CK_LANES; l++) sum += chains[c][l];
  }
  return sum;
}
