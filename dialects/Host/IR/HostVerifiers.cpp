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
      if (known.getIds() != external.getIds())
        return external.emitOpError("H5: \"") << external.getName() << "\" indexes tables of another size elsewhere";
    }
  }
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
  }
  llvm_unreachable("a role of no name");
}

std::string ExternalOp::getName() { return braid_role_word(getRuntimeRole()) + getPath().str(); }

LogicalResult ExternalOp::verify() {
  if (getIds() && int64_t(*getIds()) < 1)
    return emitOpError("H8: indexes tables of ") << int64_t(*getIds()) << " rows";
  if (getIds() && (getRole() != Role::Input || getType().getStorage() != Storage::I32))
    return emitOpError("H8: holds no ids");
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
