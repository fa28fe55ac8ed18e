//===- Compile.cpp - braid compile: any stage in, any later stage out -----===//
//
// The stages are those of Stages.def, with the program's own text (`ast`) before
// them, the loops of kernels (`loops`) before `llvm`, and object code (`obj`) after it. Stages are written as the pipeline
// passes them, so a dump shows also the stage before a failure.
//
//===----------------------------------------------------------------------===//
#include "braid/Driver/Compilation.h"
#include "braid/Conversion/RowToGPU.h"
#include "braid/Conversion/RowToLLVM.h"
#include "braid/Engine/Program.h"
#include "braid/Frontend/ASTPrinter.h"
#include "braid/Runtime/SafeTensors.h"
#include "mlir/IR/AsmState.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

namespace braid::driver {

namespace path = llvm::sys::path;

std::vector<std::string> emittable() {
  std::vector<std::string> names = {"ast"};
  for (const StageInfo &stage : stages()) {
    if (stage.stage == Stage::LLVM)
      names.push_back("loops");
    names.push_back(stage.name.str());
  }
  for (const char *name : {"obj", "gpu", "nvvm", "ptx", "cubin"})
    names.push_back(name);
  return names;
}

static bool isForGPU(llvm::StringRef stage) { return stage == "gpu" || stage == "nvvm" || stage == "ptx" || stage == "cubin"; }

static std::string textOf(mlir::ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream os(text);
  module->print(os, mlir::OpPrintingFlags().enableDebugInfo(false));
  os << "\n";
  return os.str();
}

/// To the file, all or nothing, or to the console for `-`.
static llvm::Error write(const std::string &file, const std::string &text, Console &console) {
  if (file == "-") {
    console.out << text;
    return llvm::Error::success();
  }
  if (rt::Status status = rt::writeFileAtomically(file, {text}); !status)
    return makeError(status.message());
  return llvm::Error::success();
}

/// NN-<stage>.mlir in a folder; keeps the first error.
class Dump {
public:
  Dump(std::string folder, Console &console) : folder(std::move(folder)), console(console) {
    if (!this->folder.empty())
      if (std::error_code code = llvm::sys::fs::create_directories(this->folder, true, llvm::sys::fs::all_all))
        problem = "cannot make the folder `" + this->folder + "`: " + code.message();
  }
  /// `extension` begins with a dot and names the stage: `.row.mlir`.
  void add(llvm::StringRef extension, const std::string &text) {
    if (folder.empty() || !problem.empty())
      return;
    llvm::SmallString<256> file(folder);
    path::append(file, llvm::formatv("{0,0+2}-{1}", number++, extension.drop_front()).str());
    if (llvm::Error error = write(file.str().str(), text, console))
      problem = llvm::toString(std::move(error));
  }
  llvm::Error error() const { return problem.empty() ? llvm::Error::success() : makeError(problem); }

private:
  std::string folder, problem;
  Console &console;
  unsigned number = 0;
};

/// The LLVM dialect of a planned module, as the engine makes it on its way to code.
static llvm::Expected<std::string> toLLVM(Compilation &c, mlir::ModuleOp planned) {
  llvm::SmallString<128> folder;
  if (std::error_code code = llvm::sys::fs::createUniqueDirectory("braid", folder))
    return makeError("cannot make a temporary folder: " + code.message());
  EngineOptions engine;
  engine.dumpDir = folder.str().str();
  llvm::Error problem = c.withDiagnostics([&]() -> llvm::LogicalResult {
    auto program = Program::compile(planned, engine);
    if (!program)
      return mlir::emitError(mlir::UnknownLoc::get(&c.context()), llvm::toString(program.takeError()));
    return llvm::success();
  });
  llvm::SmallString<128> file(folder);
  path::append(file, "llvm.mlir");
  std::string text;
  if (auto buffer = llvm::MemoryBuffer::getFile(file))
    text = (*buffer)->getBuffer().str();
  llvm::sys::fs::remove_directories(folder);
  if (problem)
    return std::move(problem);
  if (text.empty())
    return makeError("the engine wrote no LLVM dialect");
  return text;
}

/// What follows the row kernels on a GPU: `gpu`, `nvvm`, `ptx` or `cubin`.
static llvm::Expected<std::string> toDevice(Compilation &c, mlir::ModuleOp planned, llvm::StringRef emit, const row::GpuTarget &target) {
  mlir::PassManager manager(&c.context());
  manager.addPass(emit == "gpu" ? row::createConvertRowToGPUPass() : row::createConvertRowToNVVMPass());
  if (llvm::Error error = c.withDiagnostics([&] { return manager.run(planned); }))
    return std::move(error);
  if (emit == "gpu" || emit == "nvvm")
    return textOf(planned);
  mlir::Operation *kernels = planned.lookupSymbol(row::deviceModuleName);
  if (!kernels)
    return makeError("the program has no row kernels to compile for a GPU");
  std::string ptx;
  if (llvm::Error error = c.withDiagnostics([&]() -> llvm::LogicalResult {
        auto text = row::translateToPTX(kernels, target);
        if (!text)
          return mlir::emitError(mlir::UnknownLoc::get(&c.context()), llvm::toString(text.takeError()));
        ptx = std::move(*text);
        return llvm::success();
      }))
    return std::move(error);
  return emit == "ptx" ? llvm::Expected<std::string>(std::move(ptx)) : row::assembleCubin(ptx, target);
}

static llvm::Error run(const CompileOptions &options, Console &console) {
  std::optional<row::GpuTarget> gpu;
  if (options.target != "cpu") {
    auto target = row::parseGpuTarget(options.target);
    if (!target)
      return makeError(llvm::toString(target.takeError()) + "; `cpu` is the other target");
    gpu = *target;
  }
  if (isForGPU(options.emit) && !gpu)
    return makeError("`--emit " + options.emit + "` is for a GPU: give one by `--target`, as `--target sm_90a`");
  if (gpu && (options.emit == "loops" || options.emit == "llvm" || options.emit == "obj"))
    return makeError("`--emit " + options.emit + "` is for `--target cpu`; for a GPU there are gpu, nvvm, ptx and cubin");
  if (options.emit == "cubin" && options.output == "-")
    return makeError("a cubin needs a file: give `-o FILE.cubin`");
  if (options.emit == "ast") {
    auto parsed = Compilation::parseOnly(options.model.path, console.color);
    if (!parsed)
      return parsed.takeError();
    return write(options.output, braid::print(*(*parsed)->file(), (*parsed)->sources), console);
  }
  auto compilation = Compilation::load(options.model, console.color);
  if (!compilation)
    return compilation.takeError();
  Compilation &c = **compilation;
  Dump dump(options.dumpDir, console);
  if (llvm::Error error = dump.error())
    return error;
  if (c.file())
    dump.add(".ast.braid", braid::print(*c.file(), c.sources));
  bool object = options.emit == "obj", loops = options.emit == "loops", device = isForGPU(options.emit);
  Stage to = object || loops || device ? Stage::Host : *parseStage(options.emit), from = c.stage();
  if (to < from)
    return makeError("the module is already in stage `" + stages()[size_t(from)].name + "`, past `" + options.emit + "`");
  PipelineOptions pipeline;
  pipeline.functions = options.functions;
  pipeline.bf16 = options.bf16;
  pipeline.recompute = options.recompute;
  auto module = c.lower(std::min(to, Stage::Host), pipeline, [&](Stage stage, mlir::ModuleOp at) {
    dump.add(stages()[size_t(stage)].extension, textOf(at));
  });
  if (!module)
    return llvm::joinErrors(module.takeError(), dump.error());
  if (object) {
    if (options.output == "-")
      return makeError("object code needs a file: give `-o FILE.o`");
    llvm::SmallString<256> header(options.output);
    path::replace_extension(header, ".h");
    return c.withDiagnostics([&]() -> llvm::LogicalResult {
      if (llvm::Error error = writeObject(**module, EngineOptions(), options.output, header))
        return mlir::emitError(mlir::UnknownLoc::get(&c.context()), llvm::toString(std::move(error)));
      return llvm::success();
    });
  }
  if (loops) {
    if (from == Stage::LLVM)
      return makeError("the module is already in stage `llvm`, past `loops`");
    mlir::PassManager manager(&c.context());
    manager.enableVerifier(false);
    manager.addPass(row::createConvertRowToLoopsPass());
    if (llvm::Error error = c.withDiagnostics([&] { return manager.run(**module); }))
      return error;
  }
  if (device) {
    if (from == Stage::LLVM)
      return makeError("the module is already in stage `llvm`, past the row kernels");
    auto code = toDevice(c, **module, options.emit, *gpu);
    if (!code)
      return llvm::joinErrors(code.takeError(), dump.error());
    if (llvm::Error error = write(options.output, *code, console))
      return error;
    return dump.error();
  }
  std::string text = textOf(**module);
  if (to == Stage::LLVM && from != Stage::LLVM) {
    llvm::Expected<std::string> lowered = toLLVM(c, **module);
    if (!lowered)
      return lowered.takeError();
    text = std::move(*lowered);
    dump.add(stages()[size_t(Stage::LLVM)].extension, text);
  }
  if (llvm::Error error = write(options.output, text, console))
    return error;
  return dump.error();
}

int compile(const CompileOptions &options, Console &console) {
  if (llvm::Error error = run(options, console))
    return fail(console, std::move(error));
  return Success;
}

} // namespace braid::driver
