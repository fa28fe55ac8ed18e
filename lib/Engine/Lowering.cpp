//===- Lowering.cpp - planned programs to parts in the LLVM dialect -------===//

#include "CodeGen.h"
#include "braid/Conversion/Launches.h"
#include "braid/Pipelines/Pipelines.h"
#include "braid/Support/Printable.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/Support/FileSystem.h"

using namespace mlir;
using namespace braid;

FunctionInfo braid::describe(const host::ProgramData &program) {
  FunctionInfo info{program.name, program.tokenBytes, program.fixedBytes, program.positions, {}};
  for (const braid_external &external : program.externals)
    info.externals.push_back({braid_role(external.role), std::string(program.text(external.path)),
                              external.per_token != 0, external.numbers, braid_dtype(external.dtype), external.ids,
                              external.past});
  return info;
}

llvm::Expected<std::vector<host::ProgramData>> braid::lower(ModuleOp module, const EngineOptions &options,
                                                            bool constants) {
  // What goes wrong is reported as one error, in the words of the diagnostics.
  std::string text;
  ScopedDiagnosticHandler handler(module.getContext(), [&](Diagnostic &diagnostic) {
    if (diagnostic.getSeverity() == DiagnosticSeverity::Error) {
      llvm::raw_string_ostream out(text);
      out << (text.empty() ? "" : "\n") << diagnostic.getLocation() << ": " << diagnostic;
    }
    return success();
  });
  auto fail = [&] {
    return llvm::createStringError(text.empty() ? "lowering to LLVM failed" : printableMessage(text));
  };
  // Programs are read off before their kernels are converted.
  bool planned = stageOf(module) == Stage::Host;
  if (planned && failed(markAliases(module)))
    return fail();
  FailureOr<std::vector<host::ProgramData>> programs = planned ? host::programsOf(module) : host::readPrograms(module);
  if (failed(programs))
    return fail();
  if (planned && !constants)
    for (auto func : llvm::make_early_inc_range(module.getOps<host::FuncOp>()))
      func.erase();
  PassManager manager(module.getContext());
  manager.enableVerifier(false);
  if (stageOf(module) != Stage::LLVM) {
    buildLoopsPipeline(manager);
    buildLLVMPipeline(manager);
  }
  if (failed(manager.run(module)))
    return fail();
  if (!options.dumpDir.empty()) {
    std::error_code error = llvm::sys::fs::create_directories(options.dumpDir);
    llvm::raw_fd_ostream out(options.dumpDir + "/llvm.mlir", error);
    if (error)
      return llvm::createStringError(error, "cannot write into " + options.dumpDir);
    module.print(out);
  }
  return std::move(*programs);
}

std::vector<Part> braid::split(ModuleOp module, unsigned count) {
  MLIRContext *context = module.getContext();
  registerBuiltinDialectTranslation(*context);
  registerLLVMDialectTranslation(*context);
  context->loadDialect<LLVM::LLVMDialect>(); // parts are translated side by side, and a program may have no kernel
  std::vector<Part> parts;
  auto add = [&](std::string name, bool quick) {
    parts.push_back({ModuleOp::create(module.getLoc()), std::move(name), quick});
    return parts.back().module->getBody();
  };
  Block *host = add("host", true);
  std::vector<std::pair<size_t, Operation *>> kernels;
  std::vector<Operation *> rest, shared; // shared: elementary functions, a copy for each part
  for (Operation &op : *module.getBody()) {
    auto function = dyn_cast<LLVM::LLVMFuncOp>(op);
    if (function && function.getName().starts_with("braid_math_")) {
      shared.push_back(&op);
      continue;
    }
    if (!function || function.isExternal() || !function.getName().starts_with("braid_kernel_")) {
      rest.push_back(&op);
      continue;
    }
    size_t size = 0;
    function.walk([&](Operation *) { ++size; });
    kernels.push_back({size, &op});
  }
  for (Operation *op : rest)
    op->moveBefore(host, host->end());
  std::vector<size_t> load(std::max(count, 1u), 0);
  std::vector<Block *> blocks;
  for (unsigned i = 0; i < load.size(); ++i)
    blocks.push_back(add("kernels" + std::to_string(i), false));
  // The largest first, each to the part that has least; the order of equals is that of the module.
  std::sort(kernels.begin(), kernels.end(), [](auto &a, auto &b) {
    return a.first != b.first ? a.first > b.first : a.second->isBeforeInBlock(b.second);
  });
  for (auto [size, op] : kernels) {
    size_t least = std::min_element(load.begin(), load.end()) - load.begin();
    load[least] += size;
    auto function = cast<LLVM::LLVMFuncOp>(op);
    OpBuilder builder = OpBuilder::atBlockEnd(host);
    builder.create<LLVM::LLVMFuncOp>(function.getLoc(), function.getName(), function.getFunctionType());
    op->moveBefore(blocks[least], blocks[least]->end());
  }
  for (Operation *op : shared) {
    for (Block *block : blocks)
      block->push_back(op->clone());
    op->erase();
  }
  return parts;
}

llvm::Expected<llvm::SmallVector<char, 0>> braid::compilePart(Part &part, const EngineOptions &options) {
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> module = translateModuleToLLVMIR(*part.module, context, part.name);
  if (!module)
    return llvm::createStringError(llvm::inconvertibleErrorCode(), "translation to LLVM IR failed");
  auto machine = makeMachine(options, part.quick);
  if (!machine)
    return machine.takeError();
  return generate(*module, **machine, options, part.quick, part.name);
}
