//===- HostToLLVM.cpp - planned programs as calls of the runtime ----------===//
//
// A program is straight-line code: a call, a test, and so on. All that differs
// between calls is in three constants: the tables, the names, the locations.
//
//===----------------------------------------------------------------------===//

#include "braid/Conversion/HostToLLVM.h"
#include "CallTables.h"
#include "braid/Conversion/Launches.h"
#include "braid/Conversion/RowToLLVM.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace braid::host;

std::string braid::host::functionName(StringRef program) { return ("braid_" + program).str(); }

/// `file:line:column`, or as much as is known.
static std::string describe(Location location) {
  std::string text;
  location->walk([&](Location inner) {
    auto file = dyn_cast<FileLineColLoc>(inner);
    if (!file)
      return WalkResult::advance();
    text = (file.getFilename().strref() + ":" + Twine(file.getLine()) + ":" + Twine(file.getColumn())).str();
    return WalkResult::interrupt();
  });
  return text;
}

namespace {
/// Texts one after another in one constant, each once.
class TextPool {
public:
  int64_t place(StringRef text) {
    auto [it, fresh] = known.try_emplace(text, int64_t(all.size()));
    if (fresh)
      all.append(text.begin(), text.end()), all.push_back('\0');
    return it->second;
  }
  std::string all;

private:
  llvm::StringMap<int64_t> known;
};

class FunctionConverter {
public:
  FunctionConverter(FuncOp func, const llvm::StringMap<braid::row::KernelOp> &kernels)
      : func(func), b(func), loc(func.getLoc()), pointer(LLVM::LLVMPointerType::get(func.getContext())),
        tables(func, kernels) {}
  LogicalResult run();

private:
  static bool isCall(Operation &op) { return isa<LaunchOp, MatmulOp, AttendOp, AttendGradOp, ScatterOp>(op); }
  void emitCall(Operation &op, int64_t table, Value context, Block *failed);
  LLVM::GlobalOp global(StringRef suffix, Type type, Attribute value);
  Value at(LLVM::GlobalOp global, Type element, int64_t index);

  FuncOp func;
  OpBuilder b;
  Location loc;
  Type pointer;
  CallTables tables;
  TextPool texts;
  LLVM::GlobalOp tableGlobal, textGlobal;
};
} // namespace

LLVM::GlobalOp FunctionConverter::global(StringRef suffix, Type type, Attribute value) {
  return b.create<LLVM::GlobalOp>(loc, type, /*isConstant=*/true, LLVM::Linkage::Internal,
                                  (functionName(func.getSymName()) + suffix).str(), value);
}

Value FunctionConverter::at(LLVM::GlobalOp global, Type element, int64_t index) {
  Value base = b.create<LLVM::AddressOfOp>(loc, pointer, global.getSymName());
  return index ? Value(b.create<LLVM::GEPOp>(loc, pointer, element, base, ArrayRef<LLVM::GEPArg>{int32_t(index)}))
               : base;
}

static StringRef calleeOf(Operation &op) {
  return isa<LaunchOp>(op)       ? "braid_launch"
         : isa<MatmulOp>(op)     ? "braid_matmul"
         : isa<AttendOp>(op)     ? "braid_attend"
         : isa<AttendGradOp>(op) ? "braid_attend_grad"
                                 : "braid_scatter";
}

void FunctionConverter::emitCall(Operation &op, int64_t table, Value context, Block *failed) {
  SmallVector<Value> operands = {context};
  if (auto launch = dyn_cast<LaunchOp>(op))
    operands.push_back(b.create<LLVM::AddressOfOp>(loc, pointer, braid::row::functionName(launch.getKernel())));
  operands.push_back(at(textGlobal, b.getI8Type(), texts.place(CallTables::nameOf(&op))));
  operands.push_back(at(tableGlobal, b.getI64Type(), table));
  Value code = b.create<LLVM::CallOp>(loc, b.getI32Type(), calleeOf(op), operands).getResult();
  Value zero = b.create<LLVM::ConstantOp>(loc, b.getI32Type(), 0);
  Value bad = b.create<LLVM::ICmpOp>(loc, LLVM::ICmpPredicate::ne, code, zero);
  Value where = at(textGlobal, b.getI8Type(), texts.place(describe(op.getLoc())));
  Block *next = new Block;
  failed->getParent()->getBlocks().insert(failed->getIterator(), next);
  b.create<LLVM::CondBrOp>(loc, bad, failed, ValueRange{where, code}, next, ValueRange());
  b.setInsertionPointToStart(next);
}

LogicalResult FunctionConverter::run() {
  if (!func.getTokenBytes() || !func.getFixedBytes())
    return func.emitOpError("is not planned: it has no `token_bytes` and `fixed_bytes`");
  SmallVector<std::pair<Operation *, int64_t>> calls;
  for (Operation &op : func.getBody().front()) {
    if (auto buffer = dyn_cast<BufferOp>(op); buffer && !buffer.getOffset())
      return buffer.emitOpError("has no place");
    if (!isCall(op))
      continue;
    calls.push_back({&op, tables.append(&op)});
    texts.place(CallTables::nameOf(&op));
    texts.place(describe(op.getLoc()));
  }
  auto i64s = RankedTensorType::get({int64_t(tables.numbers().size())}, b.getI64Type());
  if (!calls.empty()) {
    tableGlobal = global(".tables", LLVM::LLVMArrayType::get(b.getI64Type(), tables.numbers().size()),
                         DenseIntElementsAttr::get(i64s, tables.numbers()));
    textGlobal =
        global(".texts", LLVM::LLVMArrayType::get(b.getI8Type(), texts.all.size()), b.getStringAttr(texts.all));
  }
  auto type = LLVM::LLVMFunctionType::get(b.getI32Type(), {pointer});
  auto made = b.create<LLVM::LLVMFuncOp>(loc, functionName(func.getSymName()), type);
  made->setAttr(programAttrName, programAttr(func));
  Block *entry = made.addEntryBlock(b);
  Value context = entry->getArgument(0);
  Block *failed = b.createBlock(&made.getBody(), made.getBody().end(), {pointer, b.getI32Type()}, {loc, loc});
  b.create<LLVM::CallOp>(loc, TypeRange(), "braid_failed_at", ValueRange{context, failed->getArgument(0)});
  b.create<LLVM::ReturnOp>(loc, failed->getArgument(1));
  b.setInsertionPointToStart(entry);
  for (auto [op, table] : calls)
    emitCall(*op, table, context, failed);
  Value zero = b.create<LLVM::ConstantOp>(loc, b.getI32Type(), 0);
  b.create<LLVM::ReturnOp>(loc, zero);
  if (calls.empty())
    failed->erase();
  func.erase();
  return success();
}

/// What the programs call.
static void declare(ModuleOp module, const llvm::StringMap<braid::row::KernelOp> &kernels) {
  MLIRContext *context = module.getContext();
  OpBuilder b = OpBuilder::atBlockBegin(module.getBody());
  Location loc = module.getLoc();
  Type pointer = LLVM::LLVMPointerType::get(context), i32 = b.getI32Type(), i64 = b.getI64Type(),
       none = LLVM::LLVMVoidType::get(context);
  auto function = [&](StringRef name, Type result, ArrayRef<Type> arguments) {
    if (!module.lookupSymbol(name))
      b.create<LLVM::LLVMFuncOp>(loc, name, LLVM::LLVMFunctionType::get(result, arguments));
  };
  function("braid_launch", i32, {pointer, pointer, pointer, pointer});
  for (StringRef name : {"braid_matmul", "braid_attend", "braid_attend_grad", "braid_scatter"})
    function(name, i32, {pointer, pointer, pointer});
  function("braid_failed_at", none, {pointer, pointer});
  for (auto kernel : module.getOps<braid::row::KernelOp>())
    function(braid::row::functionName(kernel.getSymName()), none, {pointer, pointer, i64, i64, i64, pointer});
}

namespace braid {
#define GEN_PASS_DEF_CONVERTHOSTTOLLVM
#include "lib/Conversion/Passes.h.inc"
} // namespace braid

namespace {
struct ConvertHostToLLVM : braid::impl::ConvertHostToLLVMBase<ConvertHostToLLVM> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    llvm::StringMap<braid::row::KernelOp> kernels;
    for (auto kernel : module.getOps<braid::row::KernelOp>())
      kernels[kernel.getSymName()] = kernel;
    if (failed(braid::markAliases(module))) // while the launches are there
      return signalPassFailure();
    declare(module, kernels);
    for (auto func : llvm::make_early_inc_range(module.getOps<FuncOp>()))
      if (failed(FunctionConverter(func, kernels).run()))
        return signalPassFailure();
  }
};
} // namespace

std::unique_ptr<Pass> braid::host::createConvertHostToLLVMPass() { return std::make_unique<ConvertHostToLLVM>(); }
