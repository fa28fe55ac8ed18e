//===- Elementwise.cpp - braid.map, its value and its derivative ----------===//

#include "Tape.h"
#include <cmath>

using namespace mlir;
using namespace braid::ref;
using namespace braid::lang;

namespace {

/// One function: its value from its operands, and its derivative by each operand from the operands
/// and the value. Booleans are 0 and 1.
struct Function {
  double (*value)(double x, double y);
  double (*byX)(double x, double y, double z) = nullptr;
  double (*byY)(double x, double y, double z) = nullptr;
};

} // namespace

static double sigmoid(double x, double) {
  // Never the exponential of a large number.
  double e = std::exp(-std::abs(x));
  return (x >= 0 ? 1 : e) / (1 + e);
}

/// What of a gradient the greater of two numbers takes: half where they are equal.
static double shareAbove(double x, double y) { return x > y ? 1 : x == y ? 0.5 : 0; }

static const Function &functionOf(Fn fn) {
  static const std::map<Fn, Function> functions = {
      {Fn::Neg, {[](double x, double) { return -x; }, [](double, double, double) { return -1.0; }}},
      {Fn::Exp, {[](double x, double) { return std::exp(x); }, [](double, double, double z) { return z; }}},
      {Fn::Log, {[](double x, double) { return std::log(x); }, [](double x, double, double) { return 1 / x; }}},
      {Fn::Sqrt, {[](double x, double) { return std::sqrt(x); }, [](double, double, double z) { return 0.5 / z; }}},
      {Fn::Rsqrt,
       {[](double x, double) { return 1 / std::sqrt(x); }, [](double x, double, double z) { return -0.5 * z / x; }}},
      {Fn::Tanh, {[](double x, double) { return std::tanh(x); }, [](double, double, double z) { return 1 - z * z; }}},
      {Fn::Sigmoid, {sigmoid, [](double, double, double z) { return z * (1 - z); }}},
      {Fn::Erf,
       {[](double x, double) { return std::erf(x); },
        [](double x, double, double) { return M_2_SQRTPI * std::exp(-x * x); }}},
      {Fn::Sin, {[](double x, double) { return std::sin(x); }, [](double x, double, double) { return std::cos(x); }}},
      {Fn::Cos, {[](double x, double) { return std::cos(x); }, [](double x, double, double) { return -std::sin(x); }}},
      {Fn::Abs,
       {[](double x, double) { return std::abs(x); },
        [](double x, double, double) { return double(x > 0) - double(x < 0); }}},
      {Fn::Not, {[](double x, double) { return double(x == 0); }}},
      {Fn::Real, {[](double x, double) { return x; }, [](double, double, double) { return 1.0; }}},
      {Fn::Add,
       {[](double x, double y) { return x + y; }, [](double, double, double) { return 1.0; },
        [](double, double, double) { return 1.0; }}},
      {Fn::Sub,
       {[](double x, double y) { return x - y; }, [](double, double, double) { return 1.0; },
        [](double, double, double) { return -1.0; }}},
      {Fn::Mul,
       {[](double x, double y) { return x * y; }, [](double, double y, double) { return y; },
        [](double x, double, double) { return x; }}},
      {Fn::Div,
       {[](double x, double y) { return x / y; }, [](double, double y, double) { return 1 / y; },
        [](double, double y, double z) { return -z / y; }}},
      {Fn::Max,
       {[](double x, double y) { return greater(x, y); }, [](double x, double y, double) { return shareAbove(x, y); },
        [](double x, double y, double) { return shareAbove(y, x); }}},
      {Fn::Min,
       {[](double x, double y) { return -greater(-x, -y); },
        [](double x, double y, double) { return shareAbove(y, x); },
        [](double x, double y, double) { return shareAbove(x, y); }}},
      {Fn::Pow,
       {[](double x, double y) { return std::pow(x, y); },
        [](double x, double y, double) { return y == 0 ? 0 : y * std::pow(x, y - 1); },
        [](double x, double, double z) { return x > 0 && z != 0 ? z * std::log(x) : 0.0; }}},
      {Fn::MulZ,
       {[](double x, double y) { return x == 0 || y == 0 ? 0.0 : x * y; }, [](double, double y, double) { return y; },
        [](double x, double, double) { return x; }}},
      {Fn::Lt, {[](double x, double y) { return double(x < y); }}},
      {Fn::Le, {[](double x, double y) { return double(x <= y); }}},
      {Fn::Eq, {[](double x, double y) { return double(x == y); }}},
      {Fn::And, {[](double x, double y) { return double(x != 0 && y != 0); }}},
      {Fn::Or, {[](double x, double y) { return double(x != 0 || y != 0); }}},
  };
  return functions.find(fn)->second;
}

/// The nest over the result's dimensions: the operands first (a missing second one stands still),
/// then the result.
template <size_t N> static Nest<N + 1> nestOf(MapOp op, const Evaluator &eval) {
  std::array<Dims, N + 1> dims;
  for (auto [i, input] : llvm::enumerate(op.getInputs()))
    dims[i] = eval.dimsOf(input);
  dims[N] = eval.dimsOf(op.getResult());
  return Nest<N + 1>(dims[N], dims);
}

static const double *operandData(MapOp op, unsigned i, const Evaluator &eval) {
  return eval[op.getInputs()[std::min<unsigned>(i, op.getInputs().size() - 1)]].data.data();
}

void braid::ref::evaluate(MapOp op, Evaluator &eval) {
  Tensor result = eval.zerosFor(op.getResult());
  if (op->hasAttr("train_only") && !eval.options.training) {
    std::fill(result.data.begin(), result.data.end(), 1.0);
    return eval.bind(op.getResult(), std::move(result));
  }
  double *z = result.data.data();
  const double *x = operandData(op, 0, eval), *y = operandData(op, 1, eval);
  if (op.getFn() == Fn::Select) {
    const double *other = operandData(op, 2, eval);
    forEach(nestOf<3>(op, eval), [&](auto at) { z[at[3]] = x[at[0]] != 0 ? y[at[1]] : other[at[2]]; });
  } else if (op.getFn() == Fn::Fma) {
    const double *other = operandData(op, 2, eval);
    forEach(nestOf<3>(op, eval), [&](auto at) { z[at[3]] = std::fma(x[at[0]], y[at[1]], other[at[2]]); });
  } else {
    auto value = functionOf(op.getFn()).value;
    forEach(nestOf<2>(op, eval), [&](auto at) { z[at[2]] = value(x[at[0]], y[at[1]]); });
  }
  eval.bind(op.getResult(), std::move(result));
}

void braid::ref::backward(MapOp op, const Evaluator &eval, Tape &tape) {
  const double *g = tape.gradient(op.getResult());
  const double *x = operandData(op, 0, eval), *y = operandData(op, 1, eval);
  const double *z = eval[op.getResult()].data.data();
  if (op.getFn() == Fn::Select) {
    double *dy = tape.sink(op.getInputs()[1]), *dz = tape.sink(op.getInputs()[2]);
    forEach(nestOf<3>(op, eval), [&](auto at) {
      if (x[at[0]] != 0 && dy)
        dy[at[1]] += g[at[3]];
      if (x[at[0]] == 0 && dz)
        dz[at[2]] += g[at[3]];
    });
    return;
  }
  if (op.getFn() == Fn::Fma) {
    double *dx = tape.sink(op.getInputs()[0]), *dy = tape.sink(op.getInputs()[1]), *dz = tape.sink(op.getInputs()[2]);
    forEach(nestOf<3>(op, eval), [&](auto at) {
      if (g[at[3]] == 0)
        return;
      if (dx && y[at[1]] != 0)
        dx[at[0]] += g[at[3]] * y[at[1]];
      if (dy && x[at[0]] != 0)
        dy[at[1]] += g[at[3]] * x[at[0]];
      if (dz)
        dz[at[2]] += g[at[3]];
    });
    return;
  }
  const Function &fn = functionOf(op.getFn());
  for (auto [i, input] : llvm::enumerate(op.getInputs())) {
    auto partial = i == 0 ? fn.byX : fn.byY;
    double *sum = partial ? tape.sink(input) : nullptr;
    if (!sum)
      continue;
    // Zero wins over what is infinite or no number, on either side.
    forEach(nestOf<2>(op, eval), [&, i = i](auto at) {
      if (g[at[2]] == 0)
        return;
      if (double slope = partial(x[at[0]], y[at[1]], z[at[2]]); slope != 0)
        sum[at[i]] += g[at[2]] * slope;
    });
  }
}
