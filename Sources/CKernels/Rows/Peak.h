// The most multiplications and additions that registers alone allow: twelve independent chains of one register each.

enum { peak_chains = 12, flops_per_round = 2 * peak_chains * CK_LANES };

static float multiply_add_rounds(ptrdiff_t count) {
  float chains[peak_chains][CK_LANES];
  for (int c = 0; c < peak_chains; c++) {
    for (int l = 0; l < CK_LANES; l++) chains[c][l] = (float)(c + l);
  }
  for (ptrdiff_t i = 0; i < count; i++) {
#pragma clang fp reassociate(off)
    for (int c = 0; c < peak_chains; c++) {
      for (int l = 0; l < CK_LANES; l++) chains[c][l] = chains[c][l] * 0.9999f + 0.0001f;
    }
  }
  float sum = 0;
  for (int c = 0; c < peak_chains; c++) {
    for (int l = 0; l < CK_LANES; l++) sum += chains[c][l];
  }
  return sum;
}
