//===- HostVerifiers.cpp - the rules of what is no call -----------------------------===//
//
// H1 relates launches to kernels of another dialect; the pipelines check it.
//
//===----------------------------------------------------------------------===//

#include "VerifyHelpers.h"
#include "dialects/Host/IR/Host.h"

using namespace mlir;
using namespace braid::host;

/// What is larger than this is a mistake; with it, no sum or product of a few of them overflows.
static constexpr int64_t maxBytes = int64_t(1) << 60;

//===----------------------------------------------------------------------===//
// Programs and buffers
//===----------------------------------------------------------------------===//

/// Of each source of an attention, what is looked at row by row.
template <typename Attend> static SmallVector<SmallVector<Value>> partsOf(Attend attend) {
  SmallVector<SmallVector<Value>> sources;
  size_t segmented = 0, marked = 0;
  for (size_t source = 0; source < attend.getKeys().size(); ++source) {
    SmallVector<Value> &parts = sources.emplace_back();
    parts = {attend.getKeys()[source], attend.getValues()[source]};
    braid::AttentionMask mask = attend.maskOf(source);
    if (mask.segments)
      parts.push_back(attend.getSegments()[segmented++]);
    if (mask.only)
      parts.push_back(attend.getMarks()[marked++]);
  }
  return sources;
}

/// H8: who knows of rows of earlier runs.
static LogicalResult verifyPasts(Operation &op) {
  auto pastOf = [](Value buffer) {
    auto external = buffer.getDefiningOp<ExternalOp>();
    return external ? external.getPast() : 0;
  };
  SmallVector<Value> known;
  SmallVector<SmallVector<Value>> sources;
  if (auto recur = dyn_cast<RecurOp>(op)) {
    known = llvm::to_vector(recur.getPasts());
  } else if (auto remember = dyn_cast<RememberOp>(op)) {
    known = {remember.getOutput()};
  } else if (auto delay = dyn_cast<DelayOp>(op)) {
    known = {delay.getInput()};
  } else if (auto attend = dyn_cast<AttendOp>(op)) {
    sources = partsOf(attend);
  } else if (auto gradient = dyn_cast<AttendGradOp>(op)) {
    sources = partsOf(gradient);
  }
  for (auto [source, parts] : llvm::enumerate(sources)) {
    for (Value part : parts)
      if (pastOf(part) != pastOf(parts.front()))
        return op.emitOpError("H8: of source ") << source << " only a part has a past, or another one";
    llvm::append_range(known, parts);
  }
  for (Value operand : op.getOperands())
    if (pastOf(operand) &&
        (!llvm::is_contained(known, operand) || (pastOf(operand) == BRAID_PAST_CARRY) != isa<RecurOp>(op)))
      return op.emitOpError("H8: does not know of rows of earlier runs");
  return success();
}

LogicalResult FuncOp::verify() {
  if (getBody().getNumArguments())
    return emitOpError("H5: takes arguments; buffers of the caller's are host.external");
  for (std::optional<uint64_t> bytes : {getTokenBytes(), getFixedBytes()})
    if (bytes && *bytes >= uint64_t(maxBytes))
      return emitOpError("H5: has an arena of ") << int64_t(*bytes) << " bytes";
  if (getPositions() && int64_t(*getPositions()) < 1)
    return emitOpError("H5: takes sequences of at most ") << int64_t(*getPositions()) << " tokens";
  llvm::StringMap<ExternalOp> externals;
  for (Operation &op : getBody().front()) {
    if (!isa_and_nonnull<HostDialect>(op.getDialect()))
      return op.emitOpError("H5: is not an op of the host dialect");
    if (auto external = dyn_cast<ExternalOp>(op)) {
      ExternalOp known = externals.try_emplace(external.getName(), external).first->second;
      if (known.getType() != external.getType())
        return external.emitOpError("H5: \"")
               << external.getName() << "\" has the type " << known.getType() << " elsewhere";
      if (known.getRows() != external.getRows() || known.getCarry() != external.getCarry())
        return external.emitOpError("H5: \"") << external.getName() << "\" has other `rows` elsewhere";
      if (known.getIds() != external.getIds())
        return external.emitOpError("H5: \"") << external.getName() << "\" indexes tables of another size elsewhere";
    }
  }
  return success();
}

/// When its ops are known to be well formed.
LogicalResult FuncOp::verifyRegions() {
  for (Operation &op : getBody().front())
    if (failed(verifyPasts(op)))
      return failure();
  return success();
}

static LogicalResult verifyBuffer(Operation *op, BufferType type) {
  if (type.getNumbers() < 1 || type.getNumbers() > maxNumbers)
    return op->emitOpError("H6: a buffer holds 1 to 2^40 numbers, not ") << type.getNumbers();
  return success();
}

LogicalResult BufferOp::verify() {
  if (getOffset() && *getOffset() >= uint64_t(maxBytes))
    return emitOpError("H6: there is no place at ") << int64_t(*getOffset());
  return verifyBuffer(*this, getType());
}

braid_role ExternalOp::getRuntimeRole() {
  switch (getRole()) {
  case Role::Parameter: return BRAID_PARAMETER;
  case Role::Gradient: return BRAID_GRADIENT;
  case Role::Accumulated: return BRAID_ACCUMULATED;
  case Role::Moment1: return BRAID_MOMENT_1;
  case Role::Moment2: return BRAID_MOMENT_2;
  case Role::Input: return BRAID_INPUT;
  case Role::Output: return BRAID_OUTPUT;
  case Role::Draw: return BRAID_DRAW;
  case Role::State: return BRAID_STATE;
  case Role::Past: return BRAID_PAST;
  }
  llvm_unreachable("a role of no name");
}

std::string ExternalOp::getName() { return braid_role_word(getRuntimeRole()) + getPath().str(); }

LogicalResult ExternalOp::verify() {
  if (getIds() && int64_t(*getIds()) < 1)
    return emitOpError("H8: indexes tables of ") << int64_t(*getIds()) << " rows";
  if (getIds() && (getRole() != Role::Input || getType().getStorage() != Storage::I32))
    return emitOpError("H8: holds no ids");
  if (getRows() && (getRole() != Role::Past || int64_t(*getRows()) < 1 || int64_t(*getRows()) > maxNumbers))
    return emitOpError("H8: remembers no ") << int64_t(*getRows()) << " rows";
  if (getCarry() && (getRole() != Role::Past || getRows()))
    return emitOpError("H8: a carry is a `past` without `rows`");
  if (getRole() == Role::Past && getType().getSpace() != Space::Token)
    return emitOpError("H8: a past varies per token");
  return verifyBuffer(*this, getType());
}

LogicalResult ZerosOp::verify() { return verifyBuffer(*this, getType()); }

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

LogicalResult LaunchOp::verify() {
  if (llvm::any_of(getSizes(), [](int64_t size) { return size < 1 || size > maxNumbers; }))
    return emitOpError("H7: sizes are positive, and at most 2^40");
  if (getRows() && (*getRows() < 1 || *getRows() > uint64_t(maxNumbers)))
    return emitOpError("H7: runs over ") << int64_t(*getRows()) << " rows";
  DenseI64ArrayAttr pairs = getReuseAttr();
  if (!pairs)
    return success();
  if (pairs.size() % 2)
    return emitOpError("H7: `reuse` holds pairs of numbers of operands");
  for (int64_t i = 0, n = getArgs().size(); i < pairs.size(); i += 2) {
    int64_t output = pairs[i], input = pairs[i + 1];
    if (output < 0 || output >= n || input < 0 || input >= n || output == input ||
        getArgs()[output].getType() != getArgs()[input].getType())
      return emitOpError("H7: operand ") << output << " cannot take the place of operand " << input;
  }
  return success();
}
