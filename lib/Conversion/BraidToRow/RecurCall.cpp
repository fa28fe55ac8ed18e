//===- RecurCall.cpp - row recurrences as calls ---------------------------===//
//
// Each region becomes a kernel of the space `recur`. If every op treats the leading axis of
// the carries elementwise, as linear attention does its heads, the kernel works on one of
// its indices, and the call runs it for each: the state of one head stays in the nearest cache.
//
//===----------------------------------------------------------------------===//

#include "CallLowering.h"
#include "KernelBuilder.h"
#include "dialects/Braid/Analysis/Values.h"
#include "dialects/Braid/IR/Carries.h"

using namespace mlir;
using namespace braid::lang;

namespace braid::convert {
namespace {

/// The name of the axis, or nothing.
class PartsOf {
public:
  explicit PartsOf(RecurOp recur) : recur(recur) {}
  StringRef find();

private:
  bool leads(Value value) const { return typeOf(value).find(name) == 0; }
  bool has(Value value) const { return typeOf(value).has(name); }
  bool isElementwise(Operation *op) const;

  RecurOp recur;
  StringRef name;
};

bool PartsOf::isElementwise(Operation *op) const {
  if (auto carry = dyn_cast<CarryOp>(op))
    return leads(carry.getResult());
  if (isa<FinalOp, NextOp, YieldOp>(op))
    return true;
  if (isa<IotaOp, RandomOp>(op))
    return !has(op->getResult(0));
  if (auto sum = dyn_cast<TokenSumOp>(op))
    return leads(sum.getInput());
  for (StringRef attribute : {"axis", "as", "from"})
    if (auto text = op->getAttrOfType<StringAttr>(attribute); text && text.getValue() == name)
      return false;
  if (auto axes = op->getAttrOfType<ArrayAttr>("axes"))
    for (Attribute axis : axes)
      if (cast<StringAttr>(axis).getValue() == name)
        return false;
  if (auto dot = dyn_cast<DotOp>(op); dot && dot.getTokens())
    return leads(dot.getResult()) && (leads(dot.getLhs()) || leads(dot.getRhs()));
  if (isView(op)) // in row-major order: the axis stays in front
    return leads(op->getOperand(0)) ? leads(op->getResult(0)) : !has(op->getOperand(0)) && !has(op->getResult(0));
  return true;
}

StringRef PartsOf::find() {
  for (Block *block : {recur.replay(), recur.body()})
    for (Operation &op : block ? *block : *recur.body())
      if (auto carry = dyn_cast<CarryOp>(op); carry && name.empty())
        if (ArrayRef<AxisAttr> axes = typeOf(carry.getResult()).getAxes(); axes.size() > 1)
          name = axes.front().getName();
  if (name.empty())
    return {};
  auto fits = [&](Value value) { return leads(value) || !has(value); };
  if (!llvm::all_of(recur.getCaptures(), fits))
    return {};
  for (Block *block : {recur.body(), recur.replay()}) {
    if (!block)
      continue;
    if (!llvm::all_of(*block, [&](Operation &op) { return isElementwise(&op); }) ||
        !llvm::all_of(block->getTerminator()->getOperands(), [&](Value value) { return leads(value); }))
      return {};
  }
  return name;
}

/// Builds the kernel of one region.
class RegionKernel : public KernelBuilder {
public:
  RegionKernel(RecurOp recur, Block &block, StringRef parts, Buffers &buffers, OpBuilder &host)
      : KernelBuilder(buffers, buffers.kernels().builder, host), recur(recur), block(block),
        isReplay(&block == recur.replay()) {
    leading = parts;
    for (Block *each : {recur.replay(), recur.body()})
      for (Operation &op : each ? *each : block)
        if (auto carry = dyn_cast<CarryOp>(op); carry && !parts.empty())
          numParts = typeOf(carry.getResult()).sizeOf(parts);
  }
  LogicalResult build(bool reverse);

  std::string name() { return kernel.getSymName().str(); }
  SmallVector<Value> args;
  SmallVector<int64_t> written, sums, parted, carries, wide;
  ArrayAttr streamPaths() { return streams.empty() ? ArrayAttr() : b.getStrArrayAttr(streams); }
  int64_t numParts = 1;

protected:
  bool isInside(Value root) const override { return root.getParentBlock() == &block; }
  Value bufferArgument(Value value) override;
  Value get(Value value) override;
  void set(Value value, Value computed) override { local[value] = computed; }
  LogicalResult emitSum(Operation *op, Value sum) override;

private:
  Value ownMemory(ValueType type, bool perRow, SmallVector<int64_t> &sizes);
  /// The result of the op for what a region yields.
  Value outputOf(Value yielded);
  /// Memory of the program's as an argument.
  Value bufferFor(Value outside);
  int64_t numberOf(Value memory) const;

  RecurOp recur;
  Block &block;
  bool isReplay;
  llvm::DenseSet<Value> splits;          ///< arguments that have a part for each of the row's
  llvm::DenseMap<Value, Value> replayed; ///< of arguments that hold what is computed again: the memory
};

Value RegionKernel::ownMemory(ValueType type, bool perRow, SmallVector<int64_t> &sizes) {
  sizes.push_back(type.numElements() / numParts);
  auto buffer = row::BufferType::get(b.getContext(), perRow, axes(type), row::Storage::F32);
  return kernel.getBody().front().addArgument(buffer, recur.getLoc());
}

Value RegionKernel::bufferFor(Value outside) {
  ValueType type = typeOf(outside);
  bool split = !leading.empty() && type.has(leading);
  auto buffer = row::BufferType::get(b.getContext(), type.isToken(), axes(type), rowStorage(buffers.format(outside)),
                                     split && type.isToken() ? numParts : 1);
  Value memory = argument(buffer, buffers.get(outside));
  if (split)
    splits.insert(memory);
  return memory;
}

/// The number of an argument among those that the call is given.
int64_t RegionKernel::numberOf(Value memory) const {
  return int64_t(llvm::find_if(arguments, [&](const Argument &a) { return a.value == memory; }) - arguments.begin());
}

Value RegionKernel::bufferArgument(Value value) {
  auto argument = cast<BlockArgument>(value);
  if (Value memory = replayed.lookup(argument))
    return memory;
  return bufferFor(recur.getCaptures()[argument.getArgNumber()]);
}

Value RegionKernel::get(Value value) {
  if (!isa<BlockArgument>(value) || local.contains(value))
    return KernelBuilder::get(value);
  return local[value] = load(value);
}

Value RegionKernel::outputOf(Value yielded) {
  for (auto [value, output] : llvm::zip(block.getTerminator()->getOperands(), recur.getOutputs()))
    if (value == yielded)
      return output;
  return {};
}

LogicalResult RegionKernel::emitSum(Operation *op, Value sum) {
  if (Value output = outputOf(op->getResult(0)); output && !output.use_empty()) {
    Value memory = bufferFor(output);
    written.push_back(numberOf(memory));
    sums.push_back(written.back());
    b.create<row::AccumulateOp>(op->getLoc(), sum, memory);
  }
  return success();
}

LogicalResult RegionKernel::build(bool reverse) {
  kernel = kernels.create<row::KernelOp>(recur.getLoc(), buffers.kernels().nextName(), row::Space::Recur,
                                         kernels.getStrArrayAttr({}), kernels.getArrayAttr({}), reverse);
  b.setInsertionPointToEnd(&kernel.getBody().emplaceBlock());
  llvm::DenseMap<StringAttr, Value> states;
  for (auto carry : block.getOps<CarryOp>())
    states[carry.getNameAttr()] = ownMemory(typeOf(carry.getResult()), false, carries);
  SmallVector<Value> wideMemory;
  if (Block *replay = recur.replay())
    for (Value value : replay->getTerminator()->getOperands())
      wideMemory.push_back(ownMemory(typeOf(value), true, wide));
  if (!isReplay)
    for (auto [argument, memory] : llvm::zip(block.getArguments().drop_front(recur.getCaptures().size()), wideMemory))
      replayed[argument] = memory;

  SmallVector<NextOp> nexts;
  for (Operation &op : block.without_terminator()) {
    if (auto carry = dyn_cast<CarryOp>(op))
      local[carry.getResult()] =
          b.create<row::LoadOp>(op.getLoc(), rowType(typeOf(carry.getResult())), states[carry.getNameAttr()]);
    else if (auto next = dyn_cast<NextOp>(op))
      nexts.push_back(next);
    else if (!isa<FinalOp>(op) && !isFree(&op) && failed(emit(&op)))
      return failure();
  }
  for (auto [i, value] : llvm::enumerate(block.getTerminator()->getOperands())) {
    if (isReplay) {
      b.create<row::StoreOp>(value.getLoc(), get(value), wideMemory[i]);
      continue;
    }
    Value output = recur.getOutputs()[i];
    if (typeOf(value).isStatic() || output.use_empty())
      continue;
    Value memory = bufferFor(output), computed = get(value);
    if (typeOf(value).isBool())
      computed = b.create<row::MapOp>(value.getLoc(), rowType(typeOf(value).withElement(Element::Real)), row::Fn::Real,
                                      ValueRange(computed));
    written.push_back(numberOf(memory));
    b.create<row::StoreOp>(value.getLoc(), computed, memory);
  }
  // What the next token finds is written when all else has read what this one found.
  for (NextOp next : nexts)
    b.create<row::StoreOp>(next.getLoc(), get(next.getValue()), states[next.getNameAttr()]);
  for (const Argument &a : arguments) {
    args.push_back(a.operands.front());
    parted.push_back(splits.contains(a.value));
  }
  return success();
}

/// Operands lie as they are: a kernel looks at axes by their names.
struct RecurCall : CallLowering::ExternalModel<RecurCall, RecurOp> {
  bool isPrepared(Operation *) const { return true; }
  LogicalResult prepare(Operation *) const { return success(); }
  LogicalResult emitCall(Operation *op, Buffers &buffers, OpBuilder &host, IntegerAttr level) const;
};

LogicalResult RecurCall::emitCall(Operation *op, Buffers &buffers, OpBuilder &host, IntegerAttr level) const {
  auto recur = cast<RecurOp>(op);
  StringRef parts = PartsOf(recur).find();
  RegionKernel body(recur, *recur.body(), parts, buffers, host);
  if (failed(body.build(recur.getReverse())))
    return failure();
  std::optional<RegionKernel> replay;
  if (recur.replay()) {
    replay.emplace(recur, *recur.replay(), parts, buffers, host);
    if (failed(replay->build(false)))
      return failure();
  }
  SmallVector<Value> inits, pasts, tapes, finals;
  SmallVector<int64_t> initOf, finalOf;
  Block *forward = recur.replay() ? recur.replay() : recur.getReverse() ? nullptr : recur.body();
  if (forward)
    for (auto carry : forward->getOps<CarryOp>()) {
      Value init = carry.getInit();
      initOf.push_back(init ? int64_t(inits.size()) : -1);
      if (init)
        inits.push_back(buffers.get(recur.getCaptures()[cast<BlockArgument>(init).getArgNumber()]));
      if (carry.getRemembered())
        pasts.push_back(buffers.pastOf(carry));
    }
  for (Value tape :
       recur.replay() ? ValueRange(recur.getTapes()) : ValueRange(recur.getOutputs()).drop_front(recur.numYielded()))
    tapes.push_back(buffers.get(tape));
  if (recur.getReverse())
    for (auto carry : recur.body()->getOps<CarryOp>()) {
      int64_t number = -1;
      for (auto [value, output] : llvm::zip(recur.body()->getTerminator()->getOperands(), recur.getOutputs()))
        if (auto final = value.getDefiningOp<FinalOp>();
            final && final.getName() == carry.getName() && !output.use_empty()) {
          number = int64_t(finals.size());
          finals.push_back(buffers.get(output));
        }
      finalOf.push_back(number);
    }
  constexpr int64_t piece = 64; // where nothing is kept: sums over more tokens go on in double
  host.create<host::RecurOp>(
      recur.getLoc(), FlatSymbolRefAttr::get(op->getContext(), body.name()),
      replay ? FlatSymbolRefAttr::get(op->getContext(), replay->name()) : FlatSymbolRefAttr(),
      recur.getReverse() ? host.getUnitAttr() : UnitAttr(), host.getI64IntegerAttr(body.numParts),
      host.getI64IntegerAttr(int64_t(recur.getKeep().value_or(piece))), host.getDenseI64ArrayAttr(body.carries),
      host.getDenseI64ArrayAttr(replay ? ArrayRef<int64_t>(replay->carries) : ArrayRef<int64_t>()),
      host.getDenseI64ArrayAttr(body.wide), body.args, replay ? ValueRange(replay->args) : ValueRange(), inits, pasts,
      tapes, finals, host.getDenseI64ArrayAttr(initOf), host.getDenseI64ArrayAttr(finalOf),
      host.getDenseI64ArrayAttr(body.written), host.getDenseI64ArrayAttr(body.sums),
      host.getDenseI64ArrayAttr(body.parted),
      host.getDenseI64ArrayAttr(replay ? ArrayRef<int64_t>(replay->parted) : ArrayRef<int64_t>()), body.streamPaths(),
      replay ? replay->streamPaths() : ArrayAttr(), level);
  return success();
}

} // namespace

void attachRecurCall(MLIRContext &context);
void attachRecurCall(MLIRContext &context) { RecurOp::attachInterface<RecurCall>(context); }

} // namespace braid::convert
