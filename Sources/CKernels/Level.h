// All functions of one CPU level and their table. Included by one source per level, inside its target attribute;
// CK_LEVEL is its number, CK_LANES how many floats a register holds, CK_TABLE the name of its table.
#pragma clang fp contract(fast) reassociate(on)

#include "Rows/Mathematics.h"

#include "Rows/Activations.h"
#include "Rows/Attention.h"
#include "Rows/Columns.h"
#include "Rows/CrossEntropy.h"
#include "Rows/Dropout.h"
#include "Rows/Elementwise.h"
#include "Rows/Normalization.h"
#include "Rows/Peak.h"
#include "Rows/Products.h"
#include "Rows/Rotary.h"
#include "Rows/UpdateRules.h"

const ck_table CK_TABLE = {
    .level = CK_LEVEL,
    .layer_norm_forward = layer_norm_forward,
    .layer_norm_backward = layer_norm_backward,
    .rms_norm_forward = rms_norm_forward,
    .rms_norm_backward = rms_norm_backward,
    .gelu_erf_forward = gelu_erf_forward,
    .gelu_tanh_forward = gelu_tanh_forward,
    .tanh_forward = tanh_forward,
    .relu_forward = relu_forward,
    .gelu_erf_backward = gelu_erf_backward,
    .gelu_tanh_backward = gelu_tanh_backward,
    .tanh_backward = tanh_backward,
    .relu_backward = relu_backward,
    .swiglu_forward = swiglu_forward,
    .swiglu_backward = swiglu_backward,
    .rotate = rotate,
    .softmax = softmax,
    .attention_distances = attention_distances,
    .attention_softmax = attention_softmax,
    .attention_probabilities = attention_probabilities,
    .attention_softmax_backward = attention_softmax_backward,
    .cross_entropy_forward = cross_entropy_forward,
    .cross_entropy_backward = cross_entropy_backward,
    .cross_entropy_part = cross_entropy_part,
    .cross_entropy_join = cross_entropy_join,
    .cross_entropy_gradient = cross_entropy_gradient,
    .dropout = dropout,
    .dropout_pair = dropout_pair,
    .dropout_add = dropout_add,
    .adamw = adamw,
    .sgd = sgd,
    .add = add,
    .scale = scale,
    .multiply_add = multiply_add,
    .multiply = multiply,
    .sum_of_squares = sum_of_squares,
    .sum = sum,
    .dot = dot,
    .maximum_magnitude = maximum_magnitude,
    .all_finite = all_finite,
    .column_sums = column_sums,
    .column_maxima = column_maxima,
    .dots = dots,
    .products = products,
    .weighted_sum = weighted_sum,
    .multiply_add_rounds = multiply_add_rounds,
    .flops_per_round = flops_per_round,
};
