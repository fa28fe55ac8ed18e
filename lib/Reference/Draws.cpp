//===- Draws.cpp - random numbers and rounding ----------------------------===//

#include "Tape.h"
#include "TokenDraws.h"
#include "braid/Support/Random.h"
#include <cmath>

using namespace mlir;
using namespace braid;
using namespace braid::ref;
using namespace braid::lang;

void braid::ref::evaluate(RandomOp op, Evaluator &eval) {
  Tensor result = eval.zerosFor(op.getResult());
  bool normal = op.getDistribution() == Distribution::Normal;
  float scale = float(op.getScale().convertToDouble());
  std::string_view path = op.getStream();
  int64_t count = int64_t(result.data.size());
  if (result.kind == Kind::Static) {
    if (normal)
      rt::fillNormal(result.data.data(), count, eval.options.seed, path, scale);
    else
      rt::fillUniform(result.data.data(), count, eval.options.seed, path, scale);
    return eval.bind(op.getResult(), std::move(result));
  }
  // What a sequence shares is drawn at the last representable position.
  bool shared = result.kind != Kind::Token || op.getPerSequence();
  int64_t each = countOf(result.axes), positions = result.kind == Kind::Token ? eval.time : 1;
  for (int64_t token = 0; token * each < count; ++token) {
    TokenPlace place{eval.options.step, eval.options.firstSequence + uint32_t(token / positions),
                     shared ? wholeSequence : uint32_t(token % positions)};
    for (int64_t i = 0; i < each; ++i)
      result.data[size_t(token * each + i)] =
          scale * (normal ? tokenNormal : tokenUniform)(eval.options.seed, path, place, i);
  }
  eval.bind(op.getResult(), std::move(result));
}

/// Round to nearest, ties to even, from double to `digits` significant bits with the exponents of
/// single precision (which bf16 has too); what is too large becomes infinite.
static double roundTo(double x, int digits) {
  if (!std::isfinite(x) || x == 0)
    return x;
  int exponent = std::max(std::ilogb(x), -126);
  double unit = std::ldexp(1.0, exponent - (digits - 1));
  double rounded = std::nearbyint(x / unit) * unit;
  double limit = std::ldexp(2.0 - std::ldexp(1.0, 1 - digits), 127);
  return std::abs(rounded) > limit ? std::copysign(INFINITY, x) : rounded;
}

void braid::ref::evaluate(RoundOp op, Evaluator &eval) {
  Tensor result = eval[op.getInput()];
  int digits = op.getPrecision() == Precision::BF16 ? 8 : 24;
  if (eval.options.round)
    for (double &x : result.data)
      x = roundTo(x, digits);
  eval.bind(op.getResult(), std::move(result));
}

void braid::ref::backward(RoundOp op, const Evaluator &eval, Tape &tape) {
  Dims dims = eval.dimsOf(op.getResult());
  if (double *to = tape.sink(op.getInput()))
    addAlong(Nest<2>(dims, {dims, dims}), tape.gradient(op.getResult()), to);
}
