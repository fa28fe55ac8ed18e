//===- ReadPrograms.cpp - programs from the constants of a module ---------===//
//
// The text of a stage may be anybody's: whatever is not as `convert-host-to-program` writes it is refused.
//
//===----------------------------------------------------------------------===//

#include "braid/Conversion/HostToProgram.h"
#include "braid/Conversion/RowToLLVM.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace braid::host;

namespace {
class Reader {
public:
  Reader(ModuleOp module, LLVM::GlobalOp program) : symbols(module), program(program) {}
  FailureOr<ProgramData> read();

private:
  /// Operands of the insertvalues of an initialiser, by their positions: `count` of them, or nothing.
  static SmallVector<Operation *> fieldsOf(LLVM::GlobalOp global, unsigned count);
  std::optional<int64_t> number(Operation *op);
  /// The constant behind an address; null for a null pointer.
  FailureOr<LLVM::GlobalOp> constant(Operation *op);
  template <typename T> LogicalResult parts(Operation *op, int64_t count, std::vector<T> &result);
  FailureOr<std::string> text(Operation *op, int64_t count);

  SymbolTable symbols;
  LLVM::GlobalOp program;
};
} // namespace

SmallVector<Operation *> Reader::fieldsOf(LLVM::GlobalOp global, unsigned count) {
  SmallVector<Operation *> fields(count);
  if (global.getInitializerRegion().empty())
    return {};
  for (auto insert : global.getInitializerRegion().front().getOps<LLVM::InsertValueOp>()) {
    ArrayRef<int64_t> position = insert.getPosition();
    if (position.size() == 1 && position[0] >= 0 && position[0] < int64_t(count))
      fields[position[0]] = insert.getValue().getDefiningOp();
  }
  return llvm::is_contained(fields, nullptr) ? SmallVector<Operation *>() : fields;
}

std::optional<int64_t> Reader::number(Operation *op) {
  auto constant = dyn_cast<LLVM::ConstantOp>(op);
  auto value = constant ? dyn_cast<IntegerAttr>(constant.getValue()) : IntegerAttr();
  return value && value.getType().isInteger(64) ? std::optional<int64_t>(value.getInt()) : std::nullopt;
}

FailureOr<LLVM::GlobalOp> Reader::constant(Operation *op) {
  if (isa<LLVM::ZeroOp>(op))
    return LLVM::GlobalOp();
  auto address = dyn_cast<LLVM::AddressOfOp>(op);
  auto global = address ? symbols.lookup<LLVM::GlobalOp>(address.getGlobalName()) : LLVM::GlobalOp();
  if (!global)
    return failure();
  return global;
}

template <typename T> LogicalResult Reader::parts(Operation *op, int64_t count, std::vector<T> &result) {
  constexpr size_t words = sizeof(T) / 8;
  FailureOr<LLVM::GlobalOp> global = constant(op);
  if (failed(global))
    return failure();
  auto values = *global ? dyn_cast_or_null<DenseIntElementsAttr>((*global).getValueAttr()) : DenseIntElementsAttr();
  int64_t size = values && values.getElementType().isInteger(64) ? values.getNumElements() : 0;
  if (count < 0 || count > size || size != count * int64_t(words))
    return failure();
  result.resize(size_t(count));
  int64_t *to = reinterpret_cast<int64_t *>(result.data());
  if (values)
    for (int64_t value : values.getValues<int64_t>())
      *to++ = value;
  return success();
}

FailureOr<std::string> Reader::text(Operation *op, int64_t count) {
  FailureOr<LLVM::GlobalOp> global = constant(op);
  auto value = succeeded(global) && *global ? dyn_cast_or_null<StringAttr>((*global).getValueAttr()) : StringAttr();
  if (!value || (count >= 0 && int64_t(value.size()) != count) || value.getValue().empty() || value.getValue().back())
    return failure();
  return value.str();
}

FailureOr<ProgramData> Reader::read() {
  SmallVector<Operation *> fields = fieldsOf(program, 15);
  ProgramData result;
  auto damaged = [&](const Twine &what) {
    return FailureOr<ProgramData>(program.emitOpError("is no program: ") << what);
  };
  if (fields.empty())
    return damaged("it does not have the fields of one");
  std::optional<int64_t> numbers[10];
  for (int i : {0, 2, 3, 4, 5, 6, 7, 8, 9})
    if (!(numbers[i] = number(fields[i])))
      return damaged("its field " + Twine(i) + " is no number");
  if (*numbers[0] != BRAID_ABI)
    return damaged("it is of version " + Twine(*numbers[0]) + " of the runtime's interface, this is version " +
                   Twine(BRAID_ABI));
  FailureOr<std::string> name = text(fields[1], -1), texts = text(fields[14], *numbers[9]);
  if (failed(name) || failed(texts))
    return damaged("its texts are not there");
  result.name = name->c_str();
  if (program.getSymName() != programSymbol(result.name))
    return damaged("its name is not that of its symbol");
  result.texts = std::move(*texts);
  result.tokenBytes = *numbers[2], result.fixedBytes = *numbers[3], result.positions = *numbers[4];
  if (failed(parts(fields[10], *numbers[5], result.externals)) ||
      failed(parts(fields[11], *numbers[6], result.calls)) || failed(parts(fields[13], *numbers[8], result.tables)))
    return damaged("its constants are not as long as it says");
  for (const braid_external &external : result.externals) {
    if (external.path < 0 || external.path >= int64_t(result.texts.size()) || external.dtype < BRAID_F32 ||
        external.dtype > BRAID_I32 || external.numbers < 0 || external.ids < 0 || external.past < BRAID_PAST_CARRY)
      return damaged("one of its externals is none");
  }
  FailureOr<LLVM::GlobalOp> kernels = constant(fields[12]);
  if (failed(kernels) || *numbers[7] < 0 || *numbers[7] > (1 << 24) || bool(*kernels) != bool(*numbers[7]))
    return damaged("its kernels are not there");
  if (*kernels)
    for (Operation *field : fieldsOf(*kernels, unsigned(*numbers[7]))) {
      auto address = dyn_cast<LLVM::AddressOfOp>(field);
      StringRef symbol = address ? address.getGlobalName() : StringRef();
      if (!symbol.consume_front(braid::row::functionName("")))
        return damaged("what it calls is no kernel");
      result.kernels.push_back(symbol.str());
    }
  if (int64_t(result.kernels.size()) != *numbers[7])
    return damaged("its kernels are not there");
  return result;
}

FailureOr<std::vector<ProgramData>> braid::host::readPrograms(ModuleOp module) {
  std::vector<ProgramData> programs;
  for (auto global : module.getOps<LLVM::GlobalOp>()) {
    StringRef name = global.getSymName();
    if (!name.consume_front("braid_") || !name.ends_with("_program"))
      continue;
    FailureOr<ProgramData> program = Reader(module, global).read();
    if (failed(program))
      return failure();
    programs.push_back(std::move(*program));
  }
  return programs;
}
