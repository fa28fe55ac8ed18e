//===- Programs.cpp - a planned host.func as data -------------------------===//

#include "CallTables.h"
#include "braid/Conversion/HostToProgram.h"
#include "braid/Conversion/Launches.h"
#include <limits>

using namespace mlir;
using namespace braid::host;

std::string braid::host::programSymbol(StringRef program) { return ("braid_" + program + "_program").str(); }

braid_program ProgramData::view(const braid_kernel *code) const {
  return {BRAID_ABI,
          name.c_str(),
          tokenBytes,
          fixedBytes,
          positions,
          int64_t(externals.size()),
          int64_t(calls.size()),
          int64_t(kernels.size()),
          int64_t(tables.size()),
          int64_t(texts.size()),
          externals.data(),
          calls.data(),
          code,
          tables.data(),
          texts.data()};
}

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
/// Texts one after another, each once.
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
} // namespace

static int64_t kindOf(Operation &op) {
  if (isa<NewestOp>(op))
    return BRAID_CALL_NEWEST;
  auto call = dyn_cast<LibraryCall>(op);
  return call ? call.getCallKind() : isa<LaunchOp>(op) ? BRAID_CALL_LAUNCH : -1;
}

static FailureOr<ProgramData> programOf(FuncOp func, const llvm::StringMap<braid::row::KernelOp> &kernels) {
  if (!func.getTokenBytes() || !func.getFixedBytes())
    return func.emitOpError("is not planned: it has no `token_bytes` and `fixed_bytes`");
  ProgramData program;
  TextPool texts;
  program.name = func.getSymName().str();
  program.tokenBytes = *func.getTokenBytes();
  program.fixedBytes = *func.getFixedBytes();
  program.positions = func.getPositions().value_or(0);
  for (ExternalOp external : externalsOf(func)) {
    BufferType type = external.getType();
    program.externals.push_back({texts.place(external.getPath()), external.getRuntimeRole(), type.getNumbers(),
                                 type.getSpace() == Space::Token, CallTables::dtypeOf(type),
                                 int64_t(external.getIds().value_or(0)), external.getPast()});
  }
  CallTables tables(func, kernels);
  for (Operation &op : func.getBody().front()) {
    if (auto buffer = dyn_cast<BufferOp>(op); buffer && !buffer.getOffset())
      return buffer.emitOpError("has no place");
    int64_t kind = kindOf(op);
    if (kind < 0)
      continue;
    int64_t kernel = -1;
    if (auto launch = dyn_cast<LaunchOp>(op))
      kernel = tables.numberOf(launch.getKernel());
    program.calls.push_back({int32_t(kind), int32_t(kernel), int32_t(texts.place(CallTables::nameOf(&op))),
                             int32_t(texts.place(describe(op.getLoc()))), tables.append(&op)});
  }
  llvm::append_range(program.kernels, tables.kernelNames());
  texts.place("");
  if (texts.all.size() > size_t(std::numeric_limits<int32_t>::max()))
    return func.emitOpError("has more text in names than there can be");
  program.tables.assign(tables.numbers().begin(), tables.numbers().end());
  program.texts = std::move(texts.all);
  return program;
}

FailureOr<std::vector<ProgramData>> braid::host::programsOf(ModuleOp module) {
  if (failed(verifyLaunches(module)))
    return failure();
  llvm::StringMap<row::KernelOp> kernels;
  for (auto kernel : module.getOps<row::KernelOp>())
    kernels[kernel.getSymName()] = kernel;
  std::vector<ProgramData> programs;
  for (auto func : module.getOps<FuncOp>()) {
    FailureOr<ProgramData> program = programOf(func, kernels);
    if (failed(program))
      return failure();
    programs.push_back(std::move(*program));
  }
  return programs;
}
