//===- HostVerifiers.cpp - the rules H2 to H8 -----------------------------===//
//
// H1 relates launches to kernels of another dialect; the pipelines check it.
//
//===----------------------------------------------------------------------===//

#include "dialects/Host/IR/Host.h"

using namespace mlir;
using namespace braid::host;

/// What is larger than this is a mistake; with it, no sum or product of a few of them overflows.
static constexpr int64_t maxNumbers = int64_t(1) << 40, maxBytes = int64_t(1) << 60;

/// The product, or -1 where it is larger than any number of numbers.
static int64_t product(std::initializer_list<int64_t> factors) {
  int64_t result = 1;
  for (int64_t factor : factors)
    if (llvm::MulOverflow(result, factor, result) || result > maxNumbers)
      return -1;
  return result;
}

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

/// Numbers from the first to the last element that strides reach, per token or in all; what
/// the tokens multiply is left out. -1 where they reach further than any buffer.
static int64_t reach(ArrayRef<int64_t> dims, ArrayRef<int64_t> strides) {
  int64_t last = 1, step;
  for (auto [dim, stride] : llvm::zip(dims, strides))
    if (llvm::MulOverflow<int64_t>(dim - 1, stride, step) || llvm::AddOverflow(last, step, last))
      return -1;
  return last;
}

LogicalResult MatmulOp::verify() {
  ArrayRef<int64_t> dims = getDims();
  if (dims.size() != 4 || llvm::any_of(dims, [](int64_t d) { return d <= 0; }))
    return emitOpError("H2: needs four positive dims: batch, m, n, k");
  int tokens =
      llvm::StringSwitch<int>(getTokenDim()).Case("batch", 0).Case("m", 1).Case("k", 3).Case("none", 4).Default(-1);
  if (tokens < 0)
    return emitOpError("H2: `tokens` is \"batch\", \"m\", \"k\" or \"none\", not \"") << getTokenDim() << '"';
  struct Operand {
    const char *name;
    Value buffer;
    ArrayRef<int64_t> strides;
    int dims[3];
  } operands[] = {{"A", getA(), getAStrides(), {0, 1, 3}},
                  {"B", getB(), getBStrides(), {0, 3, 2}},
                  {"C", getC(), getCStrides(), {0, 1, 2}}};
  for (const Operand &operand : operands) {
    if (operand.strides.size() != 3 || llvm::any_of(operand.strides, [](int64_t s) { return s <= 0; }))
      return emitOpError("H2: needs three positive strides of ") << operand.name;
    auto type = cast<BufferType>(operand.buffer.getType());
    int64_t sizes[3];
    bool varies = false;
    for (int i = 0; i < 3; ++i) {
      sizes[i] = dims[operand.dims[i]];
      varies |= operand.dims[i] == tokens;
    }
    if (varies != (type.getSpace() == Space::Token))
      return emitOpError("H2: ") << operand.name << (varies ? " varies" : " does not vary")
                                 << " per token, its buffer does" << (varies ? " not" : "");
    if (type.getStorage() == Storage::I32)
      return emitOpError("H2: ") << operand.name << " holds ids";
    int64_t needed = reach(sizes, operand.strides);
    if (needed < 0)
      return emitOpError("H2: strides of ") << operand.name << " reach further than any buffer";
    if (needed > type.getNumbers())
      return emitOpError("H2: strides of ")
             << operand.name << " reach " << needed << " numbers, the buffer has " << type.getNumbers();
  }
  return success();
}

/// H3, for both attention ops.
static LogicalResult verifySources(Operation *op, OperandRange keys, OperandRange values, OperandRange segments,
                                   ArrayRef<int64_t> geometry, ArrayRef<int64_t> kinds, ArrayRef<int64_t> masks,
                                   ArrayRef<int64_t> windows, ArrayRef<int64_t> slots, Value query, Value output,
                                   Value lse) {
  if (geometry.size() != 4 || llvm::any_of(geometry, [](int64_t d) { return d <= 0; }))
    return op->emitOpError("H3: needs four positive numbers: heads, group, d, e");
  size_t n = keys.size();
  if (!n || values.size() != n || kinds.size() != n || masks.size() != n || windows.size() != n || slots.size() != n)
    return op->emitOpError("H3: needs one k, v, kind, mask, window and number of slots for each source");
  int64_t heads = geometry[0], group = geometry[1], d = geometry[2], e = geometry[3];
  auto fits = [&](Value buffer, Space space, int64_t numbers) {
    auto type = cast<BufferType>(buffer.getType());
    return type.getSpace() == space && type.getNumbers() == numbers && type.getStorage() != Storage::I32;
  };
  size_t segmented = 0;
  for (size_t i = 0; i < n; ++i) {
    auto mask = braid::rt::maskOf(masks[i], windows[i]);
    segmented += mask && mask->segments;
    if (kinds[i] < 0 || kinds[i] > 1 || !mask || (kinds[i] && mask->segments) || windows[i] < 0 ||
        windows[i] > int64_t(1) << 53 || (kinds[i] && slots[i] <= 0))
      return op->emitOpError("H3: source ") << i << " has a kind, mask, window or number of slots that there is not";
    Space space = kinds[i] ? Space::Fixed : Space::Token;
    int64_t count = kinds[i] ? slots[i] : 1;
    if (!fits(keys[i], space, product({count, heads, d})) || !fits(values[i], space, product({count, heads, e})))
      return op->emitOpError("H3: source ") << i << " has keys or values of another size than the geometry says";
  }
  if (segments.size() != segmented)
    return op->emitOpError("H3: has ") << segments.size() << " segments, the masks ask for " << segmented;
  for (Value segment : segments) {
    auto type = cast<BufferType>(segment.getType());
    if (type.getSpace() != Space::Token || type.getNumbers() != 1 || type.getStorage() != Storage::I32)
      return op->emitOpError("H3: segments are one integer a token, stored as i32");
  }
  if (!fits(query, Space::Token, product({heads, group, d})) ||
      !fits(output, Space::Token, product({heads, group, e})) || !fits(lse, Space::Token, product({heads, group})) ||
      cast<BufferType>(lse.getType()).getStorage() != Storage::F32)
    return op->emitOpError("H3: query, output or denominators have another size than the geometry says");
  return success();
}

LogicalResult AttendOp::verify() {
  return verifySources(*this, getKeys(), getValues(), getSegments(), getGeometry(), getKinds(), getMasks(),
                       getWindows(), getSlots(), getQuery(), getOutput(), getLse());
}

LogicalResult AttendGradOp::verify() {
  if (failed(verifySources(*this, getKeys(), getValues(), getSegments(), getGeometry(), getKinds(), getMasks(),
                           getWindows(), getSlots(), getQuery(), getOutput(), getLse())))
    return failure();
  auto same = [](Value gradient, Value value) {
    auto g = cast<BufferType>(gradient.getType()), v = cast<BufferType>(value.getType());
    return g.getSpace() == v.getSpace() && g.getNumbers() == v.getNumbers();
  };
  bool fits = getKeyGrads().size() == getKeys().size() && getValueGrads().size() == getValues().size() &&
              same(getOutputGrad(), getOutput()) && same(getQueryGrad(), getQuery());
  for (auto [gradient, value] : llvm::zip(getKeyGrads(), getKeys()))
    fits &= same(gradient, value);
  for (auto [gradient, value] : llvm::zip(getValueGrads(), getValues()))
    fits &= same(gradient, value);
  if (!fits)
    return emitOpError("H3: every gradient has the size of what it is the gradient of");
  return success();
}

LogicalResult ScatterOp::verify() {
  auto input = cast<BufferType>(getInput().getType()), ids = cast<BufferType>(getIds().getType()),
       table = cast<BufferType>(getTable().getType());
  if (int64_t(getRows()) <= 0 || product({input.getNumbers(), int64_t(getRows())}) != table.getNumbers())
    return emitOpError("H4: the input's numbers are the table's divided by the rows");
  if (ids.getStorage() != Storage::I32 || ids.getNumbers() != 1)
    return emitOpError("H4: there is one id a token, stored as i32");
  if (input.getSpace() != Space::Token || ids.getSpace() != Space::Token || table.getSpace() != Space::Fixed ||
      table.getStorage() != Storage::F32)
    return emitOpError("H4: input and ids vary per token; the table is fixed and fp32");
  return success();
}
