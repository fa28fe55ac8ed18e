//===- CallTables.cpp - the integers that describe a call -----------------===//

#include "CallTables.h"
#include "braid/Conversion/HostToProgram.h"
#include "braid/Conversion/Launches.h"
#include "braid/Conversion/RowToLLVM.h"
#include "braid/Runtime/ABI.h"

using namespace mlir;
using namespace braid::host;

SmallVector<ExternalOp> braid::host::externalsOf(FuncOp func) {
  SmallVector<ExternalOp> found;
  llvm::StringMap<int> seen;
  func.walk([&](ExternalOp external) {
    if (seen.try_emplace(external.getName()).second)
      found.push_back(external);
  });
  return found;
}

CallTables::CallTables(FuncOp func, const llvm::StringMap<row::KernelOp> &kernels) : kernels(kernels) {
  for (auto [i, external] : llvm::enumerate(externalsOf(func)))
    externals[external.getName()] = i;
}

std::string CallTables::nameOf(Operation *op) {
  if (auto launch = dyn_cast<LaunchOp>(op))
    return launch.getKernel().str();
  if (isa<NewestOp>(op))
    return "newest";
  Operation *buffer = cast<LibraryCall>(op).getNamesake().getDefiningOp();
  if (auto named = dyn_cast<BufferOp>(buffer))
    return named.getName().str();
  if (auto external = dyn_cast<ExternalOp>(buffer))
    return external.getName();
  return op->getName().getStringRef().str();
}

void CallTables::place(Value value) {
  Operation *op = value.getDefiningOp();
  if (auto buffer = dyn_cast<BufferOp>(op))
    return put({buffer.getType().getSpace() == Space::Token ? BRAID_TOKEN_ARENA : BRAID_FIXED_ARENA,
                int64_t(buffer.getOffset().value_or(0))});
  if (auto external = dyn_cast<ExternalOp>(op))
    return put({BRAID_EXTERNAL, externals.lookup(external.getName())});
  put({BRAID_ZERO, 0});
}

int64_t CallTables::dtypeOf(BufferType type) {
  switch (type.getStorage()) {
#define FORMAT(NAME, WORD, BYTES, C)                                                                                   \
  case Storage::NAME: return BRAID_##NAME;
#include "braid/Support/Formats.def"
  }
  llvm_unreachable("a format");
}

void CallTables::typedPlace(Value value) {
  put({dtypeOf(cast<BufferType>(value.getType()))});
  place(value);
}

int64_t CallTables::scratchBytes(row::KernelOp kernel, ArrayRef<int64_t> sizes) {
  return scratch.try_emplace(kernel.getOperation(), kernel).first->second.bytes(sizes);
}

int64_t CallTables::numberOf(StringRef kernel) {
  auto [it, fresh] = kernelNumbers.try_emplace(kernel, int64_t(names.size()));
  if (fresh)
    names.push_back(kernel.str());
  return it->second;
}

void CallTables::kernel(StringRef name) { put({numberOf(name), scratchBytes(kernels.lookup(name), {})}); }

void CallTables::launch(LaunchOp op) {
  row::KernelOp kernel = kernels.lookup(op.getKernel());
  bool tokens = op.getSpace() == Space::Token;
  SmallVector<LaunchArgument> arguments = argumentsOf(op, kernel);
  SmallVector<int64_t> streams = streamHashes(op.getStreams());
  int64_t rows = tokens ? 0 : int64_t(op.getRows().value_or(1));
  put({tokens ? BRAID_TOKENS : BRAID_FIXED, rows, scratchBytes(kernel, op.getSizes()),
       int64_t(op.getSizes().size() + streams.size())});
  put(op.getSizes());
  put(streams);
  put({int64_t(arguments.size())});
  for (const LaunchArgument &range : arguments) {
    if (auto list = dyn_cast<row::ListType>(range.argument.getType())) {
      put({BRAID_ARG_LIST, range.count});
      int64_t numbers = row::numElements(kernel, list.getAxes(), op.getSizes());
      for (Value operand : op.getArgs().slice(range.first, range.count)) {
        auto type = cast<BufferType>(operand.getType());
        bool perRow = tokens ? type.getSpace() == Space::Token : type.getNumbers() == numbers * rows && rows > 1;
        place(operand);
        put({perRow ? numbers * type.width() : 0});
      }
      continue;
    }
    Value operand = op.getArgs()[range.first];
    bool sum = llvm::any_of(range.argument.getUsers(), [](Operation *user) { return isa<row::AccumulateOp>(user); });
    put({sum ? BRAID_ARG_SUM : BRAID_ARG_BUFFER});
    place(operand);
    if (sum)
      put({row::numElements(kernel, cast<row::BufferType>(range.argument.getType()).getAxes(), op.getSizes())});
  }
}

int64_t CallTables::append(Operation *op) {
  int64_t start = table.size();
  if (auto call = dyn_cast<LaunchOp>(op))
    launch(call);
  else if (auto call = dyn_cast<LibraryCall>(op))
    call.writeTable(*this);
  return start;
}
