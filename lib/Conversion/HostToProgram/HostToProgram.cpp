//===- HostToProgram.cpp - planned programs as constants ------------------===//
//
// A program's parts are constants of integers and one of texts; only its kernels are addresses.
//
//===----------------------------------------------------------------------===//

#include "braid/Conversion/HostToProgram.h"
#include "braid/Conversion/Launches.h"
#include "braid/Conversion/RowToLLVM.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace braid::host;

static_assert(sizeof(braid_external) == 7 * 8 && sizeof(braid_call) == 3 * 8);

template <typename T> static ArrayRef<int64_t> wordsOf(const std::vector<T> &parts) {
  return {reinterpret_cast<const int64_t *>(parts.data()), parts.size() * (sizeof(T) / 8)};
}

namespace {
/// Writes one program.
class Writer {
public:
  Writer(OpBuilder &b, Location loc, const ProgramData &program)
      : b(b), loc(loc), program(program), pointer(LLVM::LLVMPointerType::get(b.getContext())) {}
  void write();

private:
  LLVM::GlobalOp global(StringRef suffix, Type type, Attribute value, LLVM::Linkage linkage = LLVM::Linkage::Internal) {
    std::string name = programSymbol(program.name) + suffix.str();
    return b.create<LLVM::GlobalOp>(loc, type, /*isConstant=*/true, linkage, name, value);
  }
  LLVM::GlobalOp numbers(StringRef suffix, ArrayRef<int64_t> words) {
    if (words.empty())
      return {};
    auto type = RankedTensorType::get({int64_t(words.size())}, b.getI64Type());
    return global(suffix, LLVM::LLVMArrayType::get(b.getI64Type(), words.size()),
                  DenseIntElementsAttr::get(type, words));
  }
  LLVM::GlobalOp text(StringRef suffix, StringRef text) {
    return global(suffix, LLVM::LLVMArrayType::get(b.getI8Type(), text.size()), b.getStringAttr(text));
  }
  LLVM::GlobalOp kernels();
  Value number(int64_t value) { return b.create<LLVM::ConstantOp>(loc, b.getI64Type(), b.getI64IntegerAttr(value)); }
  Value address(LLVM::GlobalOp global) {
    return global ? Value(b.create<LLVM::AddressOfOp>(loc, pointer, global.getSymName()))
                  : b.create<LLVM::ZeroOp>(loc, pointer);
  }

  OpBuilder &b;
  Location loc;
  const ProgramData &program;
  Type pointer;
};
} // namespace

LLVM::GlobalOp Writer::kernels() {
  if (program.kernels.empty())
    return {};
  auto type = LLVM::LLVMArrayType::get(pointer, program.kernels.size());
  LLVM::GlobalOp table = global(".kernels", type, Attribute());
  OpBuilder::InsertionGuard guard(b);
  b.createBlock(&table.getInitializerRegion());
  Value all = b.create<LLVM::UndefOp>(loc, type);
  for (auto [i, kernel] : llvm::enumerate(program.kernels)) {
    Value code = b.create<LLVM::AddressOfOp>(loc, pointer, braid::row::functionName(kernel));
    all = b.create<LLVM::InsertValueOp>(loc, all, code, ArrayRef<int64_t>(int64_t(i)));
  }
  b.create<LLVM::ReturnOp>(loc, all);
  return table;
}

void Writer::write() {
  LLVM::GlobalOp name = text(".name", StringRef(program.name.c_str(), program.name.size() + 1));
  LLVM::GlobalOp parts[] = {numbers(".externals", wordsOf(program.externals)),
                            numbers(".calls", wordsOf(program.calls)), kernels(), numbers(".tables", program.tables),
                            text(".texts", program.texts)};
  braid_program head = program.view(nullptr);
  Type i64 = b.getI64Type();
  auto type = LLVM::LLVMStructType::getLiteral(b.getContext(), {i64, pointer, i64, i64, i64, i64, i64, i64, i64, i64,
                                                                pointer, pointer, pointer, pointer, pointer});
  LLVM::GlobalOp made = global("", type, Attribute(), LLVM::Linkage::External);
  OpBuilder::InsertionGuard guard(b);
  b.createBlock(&made.getInitializerRegion());
  SmallVector<Value> fields = {number(head.abi), address(name)};
  for (int64_t value : {head.token_bytes, head.fixed_bytes, head.positions, head.num_externals, head.num_calls,
                        head.num_kernels, head.num_tables, head.num_texts})
    fields.push_back(number(value));
  for (LLVM::GlobalOp part : parts)
    fields.push_back(address(part));
  Value all = b.create<LLVM::UndefOp>(loc, type);
  for (auto [i, field] : llvm::enumerate(fields))
    all = b.create<LLVM::InsertValueOp>(loc, all, field, ArrayRef<int64_t>(int64_t(i)));
  b.create<LLVM::ReturnOp>(loc, all);
}

namespace braid {
#define GEN_PASS_DEF_CONVERTHOSTTOPROGRAM
#include "lib/Conversion/Passes.h.inc"
} // namespace braid

namespace {
struct ConvertHostToProgram : braid::impl::ConvertHostToProgramBase<ConvertHostToProgram> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (failed(braid::markAliases(module))) // while the launches are there
      return signalPassFailure();
    FailureOr<std::vector<ProgramData>> programs = programsOf(module);
    if (failed(programs))
      return signalPassFailure();
    OpBuilder b = OpBuilder::atBlockBegin(module.getBody());
    Type pointer = LLVM::LLVMPointerType::get(&getContext()), i64 = b.getI64Type();
    auto kernel = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(&getContext()),
                                              {pointer, pointer, i64, i64, pointer, pointer});
    for (auto op : module.getOps<braid::row::KernelOp>())
      if (!module.lookupSymbol(braid::row::functionName(op.getSymName())))
        b.create<LLVM::LLVMFuncOp>(op.getLoc(), braid::row::functionName(op.getSymName()), kernel);
    SmallVector<FuncOp> funcs = llvm::to_vector(module.getOps<FuncOp>());
    for (auto [func, program] : llvm::zip(funcs, *programs)) {
      b.setInsertionPoint(func);
      Writer(b, func.getLoc(), program).write();
      func.erase();
    }
  }
};
} // namespace

std::unique_ptr<Pass> braid::host::createConvertHostToProgramPass() { return std::make_unique<ConvertHostToProgram>(); }
