// One step of an optimizer, element by element.

// m ← β₁m + (1 − β₁)g,  v ← β₂v + (1 − β₂)g²,  p ← p − η · (m̂ / (√v̂ + ε) + λp)   (Loshchilov and Hutter 2019)
static void adamw(
    float *restrict values, const float *restrict gradients, float *restrict first_moment,
    float *restrict second_moment, ptrdiff_t count, const ck_adamw *update) {
  const ck_adamw u = *update;
  for (ptrdiff_t i = 0; i < count; i++) {
    float g = gradients[i] * u.gradient_scale;
    float m = u.beta1 * first_moment[i] + u.rest1 * g;
    float v = u.beta2 * second_moment[i] + u.rest2 * g * g;
    first_moment[i] = m;
    second_moment[i] = v;
    values[i] = values[i] * u.decay - u.rate * m / (__builtin_elementwise_sqrt(v) * u.reciprocal_root + u.epsilon);
  }
}

static void sgd(
    float *restrict values, const float *restrict gradients, float *restrict moment, ptrdiff_t count, float rate,
    float momentum, float decay, float gradient_scale) {
  for (ptrdiff_t i = 0; i < count; i++) {
    float m = momentum * moment[i] + gradient_scale * gradients[i] + decay * values[i];
    moment[i] = m;
    values[i] -= rate * m;
  }
}
