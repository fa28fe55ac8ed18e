//===- Buffers.cpp - the memory of the values that leave their kernel -----===//

#include "Buffers.h"
#include "dialects/Braid/Analysis/Values.h"
#include "mlir/IR/Location.h"

using namespace mlir;
using namespace braid::lang;

namespace braid::convert {

/// The path of the parameter that a product is with, without its last word `weight`.
static std::optional<StringRef> weightOf(DotOp dot) {
  for (Value operand : dot.getOperands()) {
    Value root = rootOf(operand);
    while (Operation *op = root.getDefiningOp()) {
      if (auto param = dyn_cast<ParamOp>(op)) {
        StringRef path = param.getParameter();
        path.consume_back(".weight");
        return path;
      }
      if (!isa<RoundOp, TransposeOp>(op))
        break;
      root = rootOf(op->getOperand(0));
    }
  }
  return std::nullopt;
}

std::string describe(Operation *op) {
  if (auto dot = dyn_cast<DotOp>(op))
    if (std::optional<StringRef> path = weightOf(dot))
      return path->str();
  if (auto recur = dyn_cast<RecurOp>(op))
    for (auto carry : recur.body()->getOps<CarryOp>())
      return carry.getName().str();
  Location loc = op->getLoc();
  while (true) {
    if (auto name = dyn_cast<NameLoc>(loc))
      return name.getName().str();
    if (auto fused = dyn_cast<FusedLoc>(loc); fused && !fused.getLocations().empty())
      loc = fused.getLocations().front();
    else if (auto call = dyn_cast<CallSiteLoc>(loc))
      loc = call.getCallee();
    else
      return op->getName().stripDialect().str();
  }
}

Buffers::Buffers(FuncOp func, const Partition &partition, const IdBounds &bounds, OpBuilder &host, KernelSink &kernels)
    : partition(partition), bounds(bounds), host(host), sink(kernels), formats(func) {
  bool derivative = false;
  auto want = [&](Value root) {
    Operation *def = root.getDefiningOp();
    if (!isLeaf(def) && !isFree(def))
      memory.insert(root);
  };
  for (Operation &op : func.getBody().front()) {
    if (isView(&op))
      continue;
    auto read = dyn_cast<ReadOp>(op);
    for (OpOperand &operand : op.getOpOperands()) {
      Value root = rootOf(operand.get());
      Operation *def = root.getDefiningOp();
      bool entry = read && operand.getOperandNumber() < read.getEntries().size();
      if (entry && isZero(root))
        continue;
      bool listed = false;
      if (isa<ReadOp>(def))
        listed = yieldOf(cast<OpResult>(root)).second >= 0;
      if (isa<OutputOp>(op) || isCall(&op) || entry || listed || partition.stepOf(def) != partition.stepOf(&op))
        want(root);
      int64_t &last = lastUse.try_emplace(root, 0).first->second;
      last = std::max(last, isa<OutputOp>(op) ? partition.depth() : partition.levelOf(&op));
    }
    if (isCall(&op))
      for (Value result : op.getResults())
        want(result);
    if (auto output = dyn_cast<OutputOp>(op)) {
      StringRef name = output.getName();
      bool isGradient = name.consume_front("grad:");
      outputs[rootOf(output.getValue())] = {isGradient ? host::Role::Gradient : host::Role::Output, name.str()};
      derivative |= isGradient;
      if (name == "loss")
        lossLevel = partition.levelOf(rootOf(output.getValue()).getDefiningOp());
    }
  }
  if (!derivative)
    lossLevel = -1;
}

host::BufferType Buffers::typeFor(ValueType type, Format format) const {
  return host::BufferType::get(type.getContext(), type.isToken() ? host::Space::Token : host::Space::Fixed,
                               type.numElements(), sameFormat<host::Storage>(format));
}

bool Buffers::isBackward(Operation *op) const { return lossLevel >= 0 && partition.levelOf(op) > lossLevel; }

/// `saved`: made on the way to the loss and wanted on the way back.
StringRef Buffers::category(Value root) const {
  Operation *op = root.getDefiningOp();
  if (typeOf(root).isStatic())
    return worksPerToken(op) ? "gradient" : "weights";
  if (lossLevel < 0)
    return "activation";
  if (op->hasAttr("recomputed"))
    return "recomputed";
  if (isBackward(op))
    return "gradient";
  return lastUse.lookup(root) > lossLevel ? "saved" : "activation";
}

Value Buffers::pastOf(CarryOp carry) {
  return host.create<host::ExternalOp>(carry.getLoc(), typeFor(typeOf(carry.getResult()), Format::F32),
                                       host::Role::Past, carry.getName().str(), IntegerAttr(), IntegerAttr(),
                                       /*carry=*/true);
}

Value Buffers::get(Value value) {
  Value root = rootOf(value);
  Value &buffer = buffers[root];
  if (buffer)
    return buffer;
  Operation *op = root.getDefiningOp();
  host::BufferType type = typeFor(typeOf(root), formats.of(root));
  std::optional<External> external;
  IntegerAttr ids, rows;
  if (auto input = dyn_cast<InputOp>(op)) {
    external = {host::Role::Input, input.getName().str()};
    if (int64_t rows = bounds.inputs.lookup(input.getName()))
      ids = host.getI64IntegerAttr(rows);
  } else if (auto param = dyn_cast<ParamOp>(op)) {
    external = {host::Role::Parameter, param.getParameter().str()};
  } else if (auto remember = dyn_cast<RememberOp>(op)) {
    external = {host::Role::Past, remember.getPath().str()};
    rows = remember.getRowsAttr();
  } else if (auto it = outputs.find(root); it != outputs.end()) {
    external = it->second;
  }
  if (external)
    return buffer = host.create<host::ExternalOp>(root.getLoc(), type, external->first, external->second, ids, rows);
  std::string name = (isBackward(op) ? "d." : "") + describe(op) + "." + std::to_string(count++);
  return buffer = host.create<host::BufferOp>(root.getLoc(), type, name, category(root), IntegerAttr());
}

Value Buffers::zeros(ValueType like, Format format) {
  host::BufferType type = typeFor(like.withKind(Kind::Token), format);
  Value &block = zeroBlocks[type];
  if (!block)
    block = host.create<host::ZerosOp>(host.getUnknownLoc(), type);
  return block;
}

Value Buffers::unused(ValueType like, Format format) {
  host::BufferType type = typeFor(like, format);
  Value &block = unusedBlocks[type];
  if (!block)
    block = host.create<host::BufferOp>(host.getUnknownLoc(), type, "unused." + std::to_string(count++), "workspace",
                                        IntegerAttr());
  return block;
}

Value Buffers::draw() {
  if (!coordinates)
    coordinates = host.create<host::ExternalOp>(
        host.getUnknownLoc(), host::BufferType::get(host.getContext(), host::Space::Fixed, 4, host::Storage::I32),
        host::Role::Draw, "draw", IntegerAttr(), IntegerAttr());
  return coordinates;
}

} // namespace braid::convert
