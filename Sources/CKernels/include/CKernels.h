#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// Row kernels in plain C, compiled once per CPU level, one table of functions for each level.
//
// Every function works on the calling thread alone and on rows that lie end to end unless it takes a stride.
// M rows, D or V columns. "adds" means that the output is added to; otherwise it is overwritten.

/// How wide the vectors may be, and above AVX-512 what multiplies bf16 numbers.
typedef enum ck_level {
  ck_level_baseline = 0,
  ck_level_avx2 = 1,
  ck_level_avx512 = 2,
  ck_level_avx512bf16 = 3,
  ck_level_amx = 4,
} ck_level;

/// Where the random words of a stretch of elements are, and which of them drop an element.
typedef struct ck_dropout {
  uint32_t key[2];
  uint32_t epoch_and_site;
  uint32_t sample[2];
  /// An element is kept if its word is at least this.
  uint32_t threshold;
  /// What a kept element is multiplied by.
  float scale;
} ck_dropout;

/// The numbers of one AdamW update: β₁, β₂, 1 − β₁, 1 − β₂, 1 − ηλ, η over the first moment's correction, 1 over the root
/// of the second's, ε, and what gradients are multiplied by.
typedef struct ck_adamw {
  float beta1, beta2, rest1, rest2, decay, rate, reciprocal_root, epsilon, gradient_scale;
} ck_adamw;

typedef void (*ck_map)(const float *x, float *y, ptrdiff_t count);
typedef void (*ck_map_backward)(const float *dy, const float *x, float *dx, ptrdiff_t count);

/// A product of two matrices in tiles of bf16 numbers (`Matrix/Format.h`): c = left · right, summed in float.
typedef struct ck_product {
  /// Panels of 16 rows.
  const uint16_t *left;
  /// Panels of 16 columns. Their number in memory is even: the last one may hold anything.
  const uint16_t *right;
  /// How many tiles the panels of each factor are apart.
  ptrdiff_t left_tiles, right_tiles;
  /// How many tiles of 32 inner elements are multiplied.
  ptrdiff_t tiles;
  ptrdiff_t rows, columns;
  /// What each row of c starts from, unless `adding`; null for zeros.
  const float *_Nullable bias;
  /// c is added to.
  bool adding;
} ck_product;

/// A matrix's numbers: floats, or rounded to bf16.
typedef struct ck_numbers {
  const void *base;
  bool is_rounded;
} ck_numbers;

/// Rounds a matrix to bf16 tiles, 64-byte aligned, lines and inner elements filled up with zeros. A line's inner elements
/// are neighbors and lines are `stride` apart, or, transposed, the other way round. Panels are `panel` tiles apart.
typedef void (*ck_pack)(
    ck_numbers x, ptrdiff_t stride, ptrdiff_t lines, ptrdiff_t inner, uint16_t *tiles, ptrdiff_t panel);

/// What multiplies bf16 numbers.
typedef struct ck_matrix {
  ck_pack pack_left;
  ck_pack pack_right;
  ck_pack pack_left_transposed;
  ck_pack pack_right_transposed;
  /// y = x, rounded to the nearest, ties to even, as packing does.
  void (*round)(const float *x, uint16_t *y, ptrdiff_t count);
  /// y = x, exactly.
  void (*widen)(const uint16_t *x, float *y, ptrdiff_t count);
  /// Like those of `ck_table`, with k and v rounded.
  void (*dots)(const float *q, const uint16_t *k, float *out, ptrdiff_t rows, ptrdiff_t width, ptrdiff_t stride);
  void (*weighted_sum)(
      const float *p, const uint16_t *v, float *out, ptrdiff_t rows, ptrdiff_t width, ptrdiff_t stride);
  /// Rows of c are `stride` apart.
  void (*multiply)(const ck_product *product, float *c, ptrdiff_t stride);
  /// Multiplies and adds in registers, `count` times `flops_per_round` operations; returns a number that depends on all.
  float (*rounds)(ptrdiff_t count);
  ptrdiff_t flops_per_round;
} ck_matrix;

/// The functions of one level.
typedef struct ck_table {
  ck_level level;
  /// Null where the level has no arithmetic for bf16.
  const ck_matrix *_Nullable matrix;

  void (*layer_norm_forward)(
      const float *x, const float *gain, const float *bias, float epsilon, float *y, float *mean,
      float *reciprocal_deviation, ptrdiff_t rows, ptrdiff_t width);
  /// Overwrites dx, adds to dgain and dbias.
  void (*layer_norm_backward)(
      const float *dy, const float *x, const float *gain, const float *mean, const float *reciprocal_deviation,
      float *dx, float *dgain, float *dbias, ptrdiff_t rows, ptrdiff_t width);

  void (*rms_norm_forward)(
      const float *x, const float *gain, float epsilon, float *y, float *reciprocal_root, ptrdiff_t rows,
      ptrdiff_t width);
  /// Overwrites dx, adds to dgain.
  void (*rms_norm_backward)(
      const float *dy, const float *x, const float *gain, const float *reciprocal_root, float *dx, float *dgain,
      ptrdiff_t rows, ptrdiff_t width);

  ck_map gelu_erf_forward;
  ck_map gelu_tanh_forward;
  ck_map tanh_forward;
  ck_map relu_forward;
  ck_map_backward gelu_erf_backward;
  ck_map_backward gelu_tanh_backward;
  ck_map_backward tanh_backward;
  ck_map_backward relu_backward;

  /// y = value · silu(gate) for rows of `width` gates and as many values.
  void (*swiglu_forward)(const float *x, float *y, ptrdiff_t rows, ptrdiff_t width);
  void (*swiglu_backward)(const float *dy, const float *x, float *dx, ptrdiff_t rows, ptrdiff_t width);
  /// Turns the first `heads` heads of every row by its position, forth (direction 1) or back (−1), and copies the rest;
  /// a row of the table holds size / 2 cosines and as many sines. y may be x.
  void (*rotate)(
      const float *x, float *y, ptrdiff_t rows, ptrdiff_t stride, ptrdiff_t heads, ptrdiff_t size,
      const int32_t *positions, const float *table, float direction);

  /// y = softmax(x), row by row; a row of -inf alone gives zeros.
  void (*softmax)(const float *x, float *y, ptrdiff_t rows, ptrdiff_t width);
  /// Takes `slope` from a score for each place between its key and the last one that the row sees. Row i sees its first
  /// visible + i · step keys (between 0 and width).
  void (*attention_distances)(
      float *scores, float slope, ptrdiff_t rows, ptrdiff_t width, ptrdiff_t visible, ptrdiff_t step);
  /// Turns each row of scores into probabilities and writes ln Σ exp(scale · score) of each row; keys that it
  /// does not see get 0.
  void (*attention_softmax)(
      float *scores, float scale, ptrdiff_t rows, ptrdiff_t width, ptrdiff_t visible, ptrdiff_t step,
      float *log_sum_exp);
  /// scores ← exp(scale · score − log_sum_exp), 0 where a key is not visible.
  void (*attention_probabilities)(
      float *scores, float scale, ptrdiff_t rows, ptrdiff_t width, ptrdiff_t visible, ptrdiff_t step,
      const float *log_sum_exp);
  /// dp ← p · (dp − delta) · scale, delta per row.
  void (*attention_softmax_backward)(
      const float *p, float *dp, const float *delta, float scale, ptrdiff_t rows, ptrdiff_t width);

  /// Per row: −ln p(target) (0 if the target is negative), the first largest class, ln Σ exp.
  void (*cross_entropy_forward)(
      const float *logits, const int32_t *targets, ptrdiff_t rows, ptrdiff_t width, float *losses,
      int32_t *_Nullable predicted, float *log_sum_exp);
  /// logits ← (softmax − onehot) · scale, 0 where the target is negative.
  void (*cross_entropy_backward)(
      float *logits, const int32_t *targets, const float *log_sum_exp, float scale, ptrdiff_t rows, ptrdiff_t width);
  /// The first of three steps of rows of logits whose columns come in parts, here those from `first` on. Per row: the
  /// largest logit of the part, the first class that has it, Σ exp(logit − largest) and, where the target is among the
  /// columns, its logit;  logits ← exp(logit − largest).
  void (*cross_entropy_part)(
      float *logits, const int32_t *targets, ptrdiff_t first, ptrdiff_t rows, ptrdiff_t width, float *largest,
      int32_t *places, float *sums, float *chosen);
  /// The second, with `rows` numbers for each part. Per row: −ln p(target) (0 if the target is negative) and the first
  /// largest class;  sums ← what makes each part's exponentials probabilities.
  void (*cross_entropy_join)(
      const int32_t *targets, ptrdiff_t rows, ptrdiff_t parts, const float *largest, const int32_t *places,
      float *sums, const float *chosen, float *losses, int32_t *predicted);
  /// The third, with one factor for each row:
  /// exponentials ← softmax − onehot, 0 where the target is negative.
  void (*cross_entropy_gradient)(
      float *exponentials, const int32_t *targets, ptrdiff_t first, ptrdiff_t rows, ptrdiff_t width,
      const float *factors);

  /// y = x · mask, for elements whose first has number `first` inside its sample; y may be x.
  void (*dropout)(const float *x, float *y, ptrdiff_t count, uint64_t first, const ck_dropout *dropout);
  /// y = x · mask and z ← z · mask, with one mask.
  void (*dropout_pair)(
      const float *x, float *y, float *z, ptrdiff_t count, uint64_t first, const ck_dropout *dropout);
  /// y = residual + x · mask; y may be one of them.
  void (*dropout_add)(
      const float *x, const float *residual, float *y, ptrdiff_t count, uint64_t first, const ck_dropout *dropout);

  void (*adamw)(
      float *values, const float *gradients, float *first_moment, float *second_moment, ptrdiff_t count,
      const ck_adamw *update);
  /// moment ← momentum · moment + gradient_scale · g + decay · p;  p ← p − rate · moment
  void (*sgd)(
      float *values, const float *gradients, float *moment, ptrdiff_t count, float rate, float momentum, float decay,
      float gradient_scale);

  void (*add)(const float *a, const float *b, float *y, ptrdiff_t count);
  /// y = a · x, y may be x.
  void (*scale)(const float *x, float a, float *y, ptrdiff_t count);
  /// y += a · x
  void (*multiply_add)(const float *x, float a, float *y, ptrdiff_t count);
  /// y = x · z
  void (*multiply)(const float *x, const float *z, float *y, ptrdiff_t count);
  double (*sum_of_squares)(const float *x, ptrdiff_t count);
  double (*sum)(const float *x, ptrdiff_t count);
  /// Σ x · z, in float.
  float (*dot)(const float *x, const float *z, ptrdiff_t count);
  /// The largest |x|; not a number if one is not.
  float (*maximum_magnitude)(const float *x, ptrdiff_t count);
  bool (*all_finite)(const float *x, ptrdiff_t count);
  /// sums[j] += Σ x[i][j] over rows of a matrix whose rows are `stride` apart.
  void (*column_sums)(const float *x, float *sums, ptrdiff_t rows, ptrdiff_t width, ptrdiff_t stride);
  /// y[j] = max over rows of x[i][j], arguments[j] = the first such row.
  void (*column_maxima)(const float *x, float *y, int32_t *arguments, ptrdiff_t rows, ptrdiff_t width, ptrdiff_t stride);

  /// out[i] = Σ q · k[i] for keys `stride` apart: one query against many keys.
  void (*dots)(const float *q, const float *k, float *out, ptrdiff_t rows, ptrdiff_t width, ptrdiff_t stride);
  /// y[m][n] = Σ x[m] · w[n], for a few rows that lie end to end; those of y are `stride` apart.
  void (*products)(
      const float *x, const float *w, float *y, ptrdiff_t rows, ptrdiff_t inner, ptrdiff_t columns, ptrdiff_t stride);
  /// out = Σ p[i] · v[i] for values `stride` apart.
  void (*weighted_sum)(const float *p, const float *v, float *out, ptrdiff_t rows, ptrdiff_t width, ptrdiff_t stride);

  /// Multiplies and adds in registers, `count` times `flops_per_round` operations; returns a number that depends on all.
  float (*multiply_add_rounds)(ptrdiff_t count);
  ptrdiff_t flops_per_round;
} ck_table;

/// The highest level that this CPU and this build have.
ck_level ck_detected_level(void);
/// The functions of a level, or null where CPU or build lack it.
const ck_table *_Nullable ck_table_at(ck_level level);
/// The functions in use: those of the detected level, until another one is forced.
const ck_table *ck_active(void);
/// Uses the functions of `level` from now on; false where CPU or build lack it.
bool ck_force(ck_level level);
/// Uses the level of AMX with its tiles in memory until another level is forced, for tests of the tile product on other
/// processors; false where AVX512_BF16 is missing too.
bool ck_emulate_tiles(void);

/// Starts `threads` − 1 threads that help `ck_pool_run`, ending those of an earlier start.
///
/// Does nothing when called from inside `ck_pool_run`.
void ck_pool_start(ptrdiff_t threads);
/// How many threads take part in `ck_pool_run`, the caller counted.
ptrdiff_t ck_pool_threads(void);
/// Calls body(context, i) for every i below `count`, each once, on the pool's threads and the caller's, and returns when
/// all are done. Calls from inside a body, or while another thread uses the pool, run on the calling thread alone.
void ck_pool_run(ptrdiff_t count, void (*body)(void *context, ptrdiff_t index), void *context);

/// How many pieces of scratch memory a thread has.
enum { ck_scratch_count = 16 };
/// At least `bytes` bytes of the calling thread, 64-byte aligned, valid until its next call with the same piece.
void *ck_scratch(int32_t piece, ptrdiff_t bytes);

/// Whether the linked BLAS can choose its kernels again while the process runs.
bool ck_blas_can_choose_again(void);
/// Lets the linked BLAS choose its kernels again, for the core named in its environment variable.
void ck_blas_choose_again(void);

#pragma clang assume_nonnull end
