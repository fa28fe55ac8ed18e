//===- Evaluator.cpp - the values of a function's ops ---------------------===//

#include "Evaluator.h"
#include "Recurrence.h"
#include "dialects/Braid/IR/Cycles.h"
#include "llvm/ADT/TypeSwitch.h"
#include <algorithm>
#include <numeric>

using namespace mlir;
using namespace braid::ref;
using namespace braid::lang;

llvm::Error braid::ref::failureAt(Operation *op, const llvm::Twine &message) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << op->getLoc() << ": " << op->getName() << ": " << message;
  return llvm::createStringError(llvm::inconvertibleErrorCode(), text.c_str());
}

Dims Evaluator::dimsOf(Value value) const {
  Dims dims = spaceDims(typeOf(value).getKind(), batch, time);
  llvm::append_range(dims, axesOf(typeOf(value)));
  return dims;
}

/// True for results that a device may have a unit in the last place away from the nearest number.
static bool isInexact(Value value) {
  if (value.getDefiningOp<AttendOp>())
    return true; // exponentials, and sums of products with them
  auto map = value.getDefiningOp<MapOp>();
  return map && typeOf(value).isReal() &&
         !llvm::is_contained({Fn::Neg, Fn::Abs, Fn::Real, Fn::Max, Fn::Min, Fn::Select}, map.getFn());
}

void Evaluator::bind(Value value, TensorRef tensor) {
  if (options.jitter && isInexact(value)) {
    auto moved = std::make_shared<Tensor>(*tensor);
    // Which way depends on the number alone: what is computed twice is the same twice.
    for (double &number : moved->data) {
      uint64_t bits = llvm::bit_cast<uint64_t>(number) * 0x9e3779b97f4a7c15;
      number *= 1 + (bits >> 63 ? 0x1p-23 : -0x1p-23);
    }
    tensor = std::move(moved);
  }
  if (options.single) {
    auto rounded = std::make_shared<Tensor>(*tensor);
    for (double &number : rounded->data)
      number = float(number);
    tensor = std::move(rounded);
  }
  bindAsIs(value, std::move(tensor));
}

void Evaluator::bindAsIs(Value value, TensorRef tensor) {
  if (options.trace)
    options.trace(value, *tensor);
  if (!keep)
    usesLeft[value] = std::distance(value.use_begin(), value.use_end());
  values[value] = std::move(tensor);
}

llvm::Error Evaluator::evaluate(Block &block) {
  for (ArrayRef<Operation *> step : stepsOf(block)) {
    bool cycle = isa<CarryOp>(step.front());
    if (llvm::Error error = cycle ? Recurrence(step).evaluate(*this) : evaluate(step.front()))
      return error;
    for (Operation *op : step)
      if (!keep)
        release(op);
      else if (!cycle)
        markActive(op);
  }
  return llvm::Error::success();
}

void Evaluator::markActive(Operation *op) {
  // The results of a read are marked by its region; see read().
  if (isa<DetachOp, ReadOp, RecurOp>(op))
    return;
  bool depends = isa<ParamOp>(op) || llvm::any_of(op->getOperands(), [&](Value v) { return isActive(v); });
  for (Value result : op->getResults())
    if (depends && typeOf(result).isReal())
      active.insert(result);
}

void Evaluator::release(Operation *op) {
  for (Value operand : op->getOperands())
    if (--usesLeft[operand] == 0)
      values.erase(operand);
  for (Value result : op->getResults())
    if (result.use_empty())
      values.erase(result);
}

/// Checks a value from outside against its declaration.
static llvm::Error checkShape(Operation *op, const Tensor &tensor, ValueType type, const Dims &dims) {
  Dims found = tensor.dims();
  bool same = found.size() == dims.size() && tensor.data.size() == size_t(countOf(dims));
  for (size_t i = 0; same && i < dims.size(); ++i)
    same = found[i] == dims[i];
  if (same)
    return llvm::Error::success();
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << "a value [";
  llvm::interleaveComma(found, stream, [&](const Dim &d) { stream << d.name << ": " << d.size; });
  stream << "] of " << tensor.data.size() << " numbers was given for [";
  llvm::interleaveComma(dims, stream, [&](const Dim &d) { stream << d.name << ": " << d.size; });
  stream << "]";
  return failureAt(op, text);
}

llvm::Error Evaluator::input(InputOp op) {
  auto found = inputs.find(op.getName().str());
  if (found == inputs.end())
    return failureAt(op, "there is no input `" + op.getName() + "`");
  if (auto error = checkShape(op, found->second, typeOf(op.getResult()), dimsOf(op.getResult())))
    return error;
  bind(op.getResult(), TensorRef(&found->second, [](const Tensor *) {}));
  return llvm::Error::success();
}

llvm::Error Evaluator::param(ParamOp op) {
  auto found = params.find(op.getParameter().str());
  if (found == params.end())
    return failureAt(op, "there is no value for the parameter `" + op.getParameter() + "`");
  if (auto error = checkShape(op, found->second, typeOf(op.getResult()), dimsOf(op.getResult())))
    return error;
  bind(op.getResult(), TensorRef(&found->second, [](const Tensor *) {}));
  return llvm::Error::success();
}

void Evaluator::output(const std::string &name, Value value) { outputs[name] = (*this)[value]; }

llvm::Error Evaluator::read(ReadOp op) {
  Block *body = op.body();
  int64_t length = op.length();
  for (int64_t group = 0; group < int64_t(op.getGroups()); ++group) {
    Value argument = body->getArgument(unsigned(group));
    Tensor stack = zerosFor(argument);
    for (int64_t i = 0; i < length; ++i) {
      Value entry = op.getEntries()[unsigned(group * length + i)];
      addAlong(stackCopy(dimsOf(entry), dimsOf(argument), op.getAxis(), i), (*this)[entry].data.data(),
               stack.data.data());
      if (isActive(entry))
        active.insert(argument);
    }
    bind(argument, std::move(stack));
  }
  for (auto [i, capture] : llvm::enumerate(op.getCaptures())) {
    Value argument = body->getArgument(unsigned(op.getGroups()) + unsigned(i));
    bind(argument, values.find(capture)->second);
    if (isActive(capture))
      active.insert(argument);
  }
  if (llvm::Error error = evaluate(*body))
    return error;
  return llvm::Error::success();
}

/// Hands the values that a read's region yields to the results of the read. Runs as part of the
/// yield, while the yielded values are alive.
static void yieldToRead(ReadOp op, YieldOp yield, Evaluator &eval,
                        llvm::function_ref<void(Value from, Value to)> connect) {
  unsigned result = 0;
  for (auto [i, yielded] : llvm::enumerate(yield.getValues())) {
    bool unstacked = op.isUnstacked(int64_t(i)) && typeOf(yielded).has(op.getAxis());
    int64_t count = unstacked ? op.length() : 1;
    for (int64_t k = 0; k < count; ++k, ++result) {
      Value output = op.getOutputs()[result];
      Tensor tensor = eval.zerosFor(output);
      Nest<2> nest;
      if (unstacked) {
        nest = stackCopy(eval.dimsOf(output), eval.dimsOf(yielded), op.getAxis(), k);
        std::swap(nest.base[0], nest.base[1]);
        for (auto &steps : nest.strides)
          std::swap(steps[0], steps[1]);
      } else {
        nest = Nest<2>(eval.dimsOf(output), {eval.dimsOf(yielded), eval.dimsOf(output)});
      }
      addAlong(nest, eval[yielded].data.data(), tensor.data.data());
      eval.bind(output, std::move(tensor));
      connect(yielded, output);
    }
  }
}

/// The region's tapes are nobody's business here: what a replay computes again is computed from the first token.
llvm::Error Evaluator::recur(RecurOp op) {
  auto bindCaptures = [&](Block &block) {
    for (auto [capture, argument] : llvm::zip(op.getCaptures(), block.getArguments())) {
      bind(argument, values.find(capture)->second);
      if (isActive(capture))
        active.insert(argument);
    }
  };
  if (Block *replay = op.replay()) {
    bindCaptures(*replay);
    if (llvm::Error error = evaluate(*replay))
      return error;
    for (auto [argument, made] : llvm::zip(op.body()->getArguments().drop_front(op.getCaptures().size()), replayed))
      bind(argument, made);
    replayed.clear();
  }
  bindCaptures(*op.body());
  if (llvm::Error error = evaluate(*op.body()))
    return error;
  for (Value tape : op.getOutputs().drop_front(op.numYielded()))
    bind(tape, zerosFor(tape));
  return llvm::Error::success();
}

/// Runs as part of the yield, while the yielded values are alive.
void Evaluator::yieldToRecurrence(RecurOp op, YieldOp yield) {
  if (yield->getBlock() != op.body()) {
    for (Value value : yield.getValues())
      replayed.push_back(values.find(value)->second);
    return;
  }
  for (auto [value, output] : llvm::zip(yield.getValues(), op.getOutputs())) {
    TensorRef tensor = values.find(value)->second;
    bindAsIs(output, tensor);
    if (isActive(value))
      active.insert(output);
  }
}

llvm::Error Evaluator::evaluate(Operation *op) {
  auto done = [](auto) { return llvm::Error::success(); };
  if (auto copies = copiesOf(op, *this); !copies.empty()) {
    Value result = op->getResult(0);
    Tensor tensor = zerosFor(result);
    for (auto [operand, nest] : llvm::zip(op->getOperands(), copies))
      addAlong(nest, (*this)[operand].data.data(), tensor.data.data(), options.single);
    bind(result, std::move(tensor));
    return llvm::Error::success();
  }
  return llvm::TypeSwitch<Operation *, llvm::Error>(op)
      .Case<InputOp>([&](auto o) { return input(o); })
      .Case<ParamOp>([&](auto o) { return param(o); })
      .Case<ReadOp>([&](auto o) { return read(o); })
      .Case<RecurOp>([&](auto o) { return recur(o); })
      .Case<FinalOp>([&](FinalOp o) { return bind(o.getResult(), finals.lookup(o.getNameAttr())), done(o); })
      .Case<YieldOp>([&](YieldOp o) {
        if (auto parent = dyn_cast<ReadOp>(op->getParentOp()))
          yieldToRead(parent, o, *this, [&](Value from, Value to) {
            if (isActive(from))
              active.insert(to);
          });
        else if (auto parent = dyn_cast<RecurOp>(op->getParentOp()))
          yieldToRecurrence(parent, o);
        else
          for (auto [i, value] : llvm::enumerate(o.getValues()))
            output(std::to_string(i), value);
        return llvm::Error::success();
      })
      .Case<OutputOp>([&](OutputOp o) { return output(o.getName().str(), o.getValue()), done(o); })
      .Case<ObserveOp>([&](ObserveOp o) { return output("observe:" + o.getName().str(), o.getValue()), done(o); })
      .Case<AuxLossOp>(
          [&](AuxLossOp o) { return auxLosses.push_back({o.getValue(), values.find(o.getValue())->second}), done(o); })
      .Case<ConstantOp>([&](ConstantOp o) {
        Tensor tensor = zerosFor(o.getResult());
        std::ranges::fill(tensor.data, o.getValue().convertToDouble());
        return bind(o.getResult(), std::move(tensor)), done(o);
      })
      .Case<IotaOp>([&](IotaOp o) {
        Tensor tensor = zerosFor(o.getResult());
        std::iota(tensor.data.begin(), tensor.data.end(), 0.0);
        return bind(o.getResult(), std::move(tensor)), done(o);
      })
      .Case<PositionOp>([&](PositionOp o) {
        Tensor tensor = zerosFor(o.getResult());
        for (auto [i, number] : llvm::enumerate(tensor.data))
          number = double(int64_t(i) % time);
        return bind(o.getResult(), std::move(tensor)), done(o);
      })
#define VALUE(OP) .Case<OP>([&](OP o) { return ref::evaluate(o, *this), done(o); })
#include "Ops.def"
      .Default([&](Operation *) { return failureAt(op, "the oracle does not know this op"); });
}
