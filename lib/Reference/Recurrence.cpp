//===- Recurrence.cpp - what carries tie together -------------------------===//

#include "Recurrence.h"
#include "dialects/Braid/IR/Carries.h"

using namespace mlir;
using namespace braid::ref;
using namespace braid::lang;

/// Numbers of a sequence's token: what follows batch and time.
static int64_t rowOf(const Tensor &tensor) {
  return tensor.batch ? int64_t(tensor.data.size()) / (tensor.batch * tensor.time) : 0;
}

/// Of every sequence, token t.
static Tensor sliceOf(const Tensor &whole, int64_t t) {
  if (whole.kind != Kind::Token)
    return whole;
  Tensor slice = whole;
  int64_t row = rowOf(whole);
  slice.time = 1;
  slice.data.resize(size_t(whole.batch * row));
  for (int64_t s = 0; s < whole.batch; ++s)
    std::copy_n(whole.data.begin() + (s * whole.time + t) * row, row, slice.data.begin() + s * row);
  return slice;
}

static void paste(const Tensor &slice, int64_t t, Tensor &whole) {
  int64_t row = rowOf(whole);
  for (int64_t s = 0; s < whole.batch; ++s)
    std::copy_n(slice.data.begin() + s * row, row, whole.data.begin() + (s * whole.time + t) * row);
}

Recurrence::Recurrence(ArrayRef<Operation *> ops) : ops(ops) {
  for (Operation *op : ops)
    if (auto carry = dyn_cast<CarryOp>(op))
      reverse |= carry.getReverse();
}

NextOp Recurrence::nextOf(CarryOp carry) const {
  for (Operation *op : ops)
    if (auto next = dyn_cast<NextOp>(op); next && next.getName() == carry.getName())
      return next;
  llvm_unreachable("a pair is of one component");
}

llvm::Error Recurrence::verify() const {
  for (Operation *op : ops) {
    if (auto carry = dyn_cast<CarryOp>(op); carry && carry.getReverse() != reverse)
      return failureAt(op, "depends on itself forward and backward in time");
    if (auto mix = dyn_cast<MixInterface>(op); mix && mix.mixesTokens())
      return failureAt(op, "looks at other tokens inside the cycle of a carry, which the oracle does not follow yet");
  }
  return llvm::Error::success();
}

/// In numbers, a carry depends on what any token left.
void Recurrence::markActive(Evaluator &eval) const {
  for (bool changed = true; changed;) {
    changed = false;
    for (Operation *op : ops) {
      size_t before = eval.active.size();
      if (auto carry = dyn_cast<CarryOp>(op)) {
        if ((carry.getInit() && eval.isActive(carry.getInit())) || eval.isActive(nextOf(carry).getValue()))
          eval.active.insert(carry.getResult());
      } else if (op->getNumRegions()) { // whose values are not the evaluator's
        if (llvm::any_of(op->getOperands(), [&](Value operand) { return eval.isActive(operand); }))
          eval.active.insert(op->result_begin(), op->result_end());
      } else {
        eval.markActive(op);
      }
      changed |= eval.active.size() != before;
    }
  }
}

llvm::Error Recurrence::evaluate(Evaluator &eval) const {
  if (llvm::Error error = verify())
    return error;
  llvm::DenseMap<Value, std::shared_ptr<Tensor>> whole;
  for (Operation *op : ops)
    for (Value value : op->getResults())
      whole[value] = std::make_shared<Tensor>(eval.zerosFor(value));
  auto at = [&](Value value, int64_t t) {
    auto found = whole.find(value);
    return sliceOf(found == whole.end() ? eval[value] : *found->second, t);
  };
  Options quiet = eval.options;
  quiet.trace = nullptr;
  for (int64_t i = 0; i < eval.time; ++i) {
    int64_t t = reverse ? eval.time - 1 - i : i, before = reverse ? t + 1 : t - 1;
    Evaluator token(quiet, eval.inputs, eval.params, /*keep=*/true);
    token.batch = eval.batch;
    token.time = 1;
    for (Operation *op : ops) {
      if (isa<NextOp>(op))
        continue;
      if (auto carry = dyn_cast<CarryOp>(op)) {
        Value result = carry.getResult();
        Tensor found = token.zerosFor(result);
        if (i > 0)
          found = at(nextOf(carry).getValue(), before);
        else if (Value init = carry.getInit())
          for (int64_t n = 0, all = int64_t(found.data.size()), row = int64_t(eval[init].data.size()); n < all; ++n)
            found.data[size_t(n)] = eval[init].data[size_t(n % row)];
        token.bindAsIs(result, std::make_shared<Tensor>(std::move(found)));
      } else {
        for (Value operand : op->getOperands())
          if (!token.values.count(operand))
            token.bindAsIs(operand, std::make_shared<Tensor>(at(operand, t)));
        if (llvm::Error error = token.evaluate(op))
          return error;
      }
      for (Value result : op->getResults())
        paste(token[result], t, *whole[result]);
    }
  }
  for (Operation *op : ops)
    for (Value result : op->getResults())
      eval.bindAsIs(result, whole[result]);
  if (eval.keep)
    markActive(eval);
  for (Operation *op : ops) {
    auto carry = dyn_cast<CarryOp>(op);
    if (!carry || !carry.getReverse())
      continue;
    Tensor left = at(nextOf(carry).getValue(), 0),
           sum = Tensor::zeros(typeOf(carry.getResult()).withKind(Kind::Static), 1, 1);
    for (size_t n = 0; n < left.data.size(); ++n)
      sum.data[n % sum.data.size()] += left.data[n];
    eval.finals[carry.getNameAttr()] = std::make_shared<Tensor>(std::move(sum));
  }
  return llvm::Error::success();
}

llvm::Error Recurrence::backward(const Evaluator &eval, Tape &tape) const {
  Options quiet = eval.options;
  quiet.trace = nullptr;
  auto addSlice = [&](const double *from, Value value, int64_t t) {
    double *to = tape.sink(value);
    if (!to || !from)
      return;
    if (!typeOf(value).isToken()) {
      for (int64_t n = 0, all = countOf(eval.dimsOf(value)); n < all; ++n)
        to[n] += from[n];
      return;
    }
    int64_t row = typeOf(value).numElements();
    for (int64_t s = 0; s < eval.batch; ++s)
      for (int64_t n = 0; n < row; ++n)
        to[(s * eval.time + t) * row + n] += from[s * row + n];
  };
  auto sliceOfGradient = [&](Value value, int64_t t) {
    std::vector<double> slice;
    if (const double *from = tape.gradient(value)) {
      int64_t row = typeOf(value).numElements();
      for (int64_t s = 0; s < eval.batch; ++s)
        slice.insert(slice.end(), from + (s * eval.time + t) * row, from + (s * eval.time + t + 1) * row);
    }
    return slice;
  };
  for (int64_t i = eval.time; i-- > 0;) {
    int64_t t = reverse ? eval.time - 1 - i : i, before = reverse ? t + 1 : t - 1;
    Evaluator token(quiet, eval.inputs, eval.params, /*keep=*/true);
    token.batch = eval.batch;
    token.time = 1;
    token.active = eval.active;
    for (Operation *op : llvm::reverse(ops)) {
      if (isa<NextOp>(op))
        continue;
      if (auto carry = dyn_cast<CarryOp>(op)) {
        std::vector<double> gradient = sliceOfGradient(carry.getResult(), t);
        if (gradient.empty())
          continue;
        if (i > 0) {
          addSlice(gradient.data(), nextOf(carry).getValue(), before);
        } else if (Value init = carry.getInit()) {
          if (double *to = tape.sink(init))
            for (size_t n = 0, row = size_t(typeOf(init).numElements()); n < gradient.size(); ++n)
              to[n % row] += gradient[n];
        }
        continue;
      }
      // The op alone, with its operands and results of this token.
      Tape alone(token);
      bool any = false;
      for (Value result : op->getResults()) {
        std::vector<double> gradient = sliceOfGradient(result, t);
        any |= !gradient.empty();
        if (!gradient.empty())
          alone.gradients[result] = std::move(gradient);
      }
      if (!any)
        continue;
      if (!op->getRegions().empty()) { // values inside of it are not kept for each token
        for (Value operand : op->getOperands())
          token.bindAsIs(operand, std::make_shared<Tensor>(sliceOf(eval[operand], t)));
        if (llvm::Error error = token.evaluate(op))
          return error;
      }
      for (ValueRange list : {ValueRange(op->getOperands()), ValueRange(op->getResults())})
        for (Value value : list)
          if (!token.values.count(value))
            token.bindAsIs(value, std::make_shared<Tensor>(sliceOf(eval[value], t)));
      if (llvm::Error error = alone.backward(op))
        return error;
      llvm::DenseSet<Value> seen;
      for (Value operand : op->getOperands())
        if (seen.insert(operand).second)
          addSlice(alone.gradient(operand), operand, t);
    }
  }
  return llvm::Error::success();
}
