//===- BraidModelVerifiers.cpp - rules R19 to R23: programs and reads -----===//

#include "dialects/Braid/IR/Carries.h"
#include "dialects/Braid/IR/VerifyHelpers.h"

using namespace mlir;
using namespace braid::lang;

/// R25.
static LogicalResult expectRoles(Block &block) {
  for (Operation &op : block)
    if (!isa<RoleInterface>(op))
      return op.emitOpError("has no role in a program: it implements no RoleInterface");
  return success();
}

LogicalResult ParameterOp::verify() {
  if (failed(expectRoles(getInit().front())))
    return failure();
  // R19.
  if (getLr() && !getLr()->isFinite())
    return emitOpError("has a factor on its learning rate that is no finite number");
  auto type = cast<ValueType>(getType());
  if (!type.isStatic() || !type.isReal())
    return emitOpError() << "has type " << type << "; a parameter is static and real";
  Block &block = getInit().front();
  auto yield = block.empty() ? YieldOp() : dyn_cast<YieldOp>(block.back());
  // A parent is verified before its region: an operand may be missing still.
  if (!yield || yield.getValues().size() != 1 || !yield.getValues()[0])
    return emitOpError("the region must end in a braid.yield of one value");
  if (block.getNumArguments())
    return emitOpError("the region takes no arguments");
  return expectSameType(*this, typeOf(yield.getValues()[0]), type, "yielded value");
}

LogicalResult ParamOp::verifySymbolUses(SymbolTableCollection &symbols) {
  // R20.
  auto parameter = symbols.lookupNearestSymbolFrom<ParameterOp>(*this, getParameterAttr());
  if (!parameter)
    return emitOpError() << "names `" << getParameter() << "`, but there is no such parameter";
  return expectSameType(*this, typeOf(getResult()), cast<ValueType>(parameter.getType()), "result");
}

LogicalResult FuncOp::verify() {
  if (failed(expectRoles(getBody().front())))
    return failure();
  // R25.
  if (getBody().getNumArguments())
    return emitOpError("takes arguments; what comes from outside is braid.input or braid.param");
  // R21.
  llvm::StringMap<Operation *> outputs;
  for (auto output : getBody().getOps<OutputOp>()) {
    auto [it, isNew] = outputs.try_emplace(output.getName(), output);
    if (!isNew)
      return (output.emitOpError() << "two outputs are called `" << output.getName() << "`")
                 .attachNote(it->second->getLoc())
             << "the first is here";
  }
  // R27.
  llvm::StringMap<Operation *> remembered;
  for (auto remember : getBody().getOps<RememberOp>()) {
    auto [it, isNew] = remembered.try_emplace(remember.getPath(), remember);
    if (!isNew)
      return (remember.emitOpError() << "\"" << remember.getPath() << "\" is remembered twice")
                 .attachNote(it->second->getLoc())
             << "the first is here";
  }
  return success();
}

LogicalResult FuncOp::verifyRegions() { return verifyCarries(getBody().front()); }

LogicalResult OutputOp::verify() {
  // R21: only a function has outputs.
  if (!isa_and_nonnull<FuncOp>((*this)->getParentOp()))
    return emitOpError("stands outside a braid.func");
  return success();
}

LogicalResult AuxLossOp::verify() {
  ValueType type = typeOf(getValue());
  if (!type.isReal() || !type.getAxes().empty())
    return emitOpError() << "value is " << type << "; it must be a real without axes";
  return success();
}

/// R22 and R23: the region's argument for one group of entries.
static FailureOr<ValueType> groupType(ReadOp read, int64_t group) {
  int64_t length = read.length();
  ValueType first = typeOf(read.getEntries()[group * length]);
  Kind kind = Kind::Static;
  for (Value entry : read.getEntries().slice(group * length, length)) {
    ValueType type = typeOf(entry);
    if (type.withKind(Kind::Static) != first.withKind(Kind::Static)) {
      read.emitOpError() << "entries of one group differ: " << first << " and " << type;
      return failure();
    }
    kind = std::max(kind, type.getKind());
  }
  if (first.has(read.getAxis())) {
    read.emitOpError() << "an entry has the axis `" << read.getAxis() << "` of the history already";
    return failure();
  }
  SmallVector<AxisAttr> axes = {AxisAttr::get(read.getContext(), read.getAxis(), length)};
  llvm::append_range(axes, first.getAxes());
  return first.withAxes(axes).withKind(kind);
}

static LogicalResult verifyArguments(ReadOp read) {
  Block *body = read.body();
  int64_t groups = read.getGroups();
  if (groups <= 0 || read.getEntries().empty() || read.getEntries().size() % groups)
    return read.emitOpError() << "has " << read.getEntries().size() << " entries in " << groups
                              << " groups; there must be as many in each, and "
                                 "at least one";
  if (body->getNumArguments() != groups + read.getCaptures().size())
    return read.emitOpError() << "the region takes " << body->getNumArguments() << " arguments, but there are "
                              << groups << " groups and " << read.getCaptures().size() << " captures";
  for (int64_t group = 0; group < groups; ++group) {
    FailureOr<ValueType> wanted = groupType(read, group);
    if (failed(wanted) ||
        failed(expectSameType(read, typeOf(body->getArgument(group)), *wanted, "region argument of a group")))
      return failure();
  }
  for (auto [argument, capture] : llvm::zip(body->getArguments().drop_front(groups), read.getCaptures()))
    if (failed(expectSameType(read, typeOf(argument), typeOf(capture), "region argument of a capture")))
      return failure();
  return success();
}

LogicalResult ReadOp::verify() {
  if (failed(expectRoles(*body())))
    return failure();
  // R22 and R23.
  if (failed(verifyArguments(*this)))
    return failure();
  auto yield = body()->empty() ? YieldOp() : dyn_cast<YieldOp>(body()->back());
  if (!yield || llvm::is_contained(yield.getValues(), Value()))
    return emitOpError("the region must end in a braid.yield");
  // What the region needs comes in as a capture, what it finds goes out as a result: an
  // adjoint sees nothing else.
  for (Operation &op : body()->without_terminator())
    if (isa<ParamOp, InputOp, OutputOp, ObserveOp, AuxLossOp, ReadOp>(op))
      return op.emitOpError("stands inside a braid.read");
  SmallVector<ValueType> wanted;
  for (auto [i, value] : llvm::enumerate(yield.getValues())) {
    ValueType type = typeOf(value);
    if (!isUnstacked(i)) {
      wanted.push_back(type);
      continue;
    }
    if (!type.has(getAxis()) || type.sizeOf(getAxis()) != length())
      return emitOpError() << "yielded value " << i << " is unstacked, but has the axes " << axesText(type)
                           << " and not `" << getAxis() << ": " << length() << "`";
    wanted.append(length(), type.without({getAxis()}));
  }
  for (auto [i, position] : llvm::enumerate(getUnstack()))
    if (position < 0 || position >= int64_t(yield.getValues().size()) || (i && position <= getUnstack()[i - 1]))
      return emitOpError("`unstack` must hold ascending positions of yielded values");
  if (wanted.size() != getOutputs().size())
    return emitOpError() << "has " << getOutputs().size() << " results, but the region yields " << wanted.size();
  for (auto [result, type] : llvm::zip(getOutputs(), wanted))
    if (failed(expectSameType(*this, typeOf(result), type, "result")))
      return failure();
  return success();
}
