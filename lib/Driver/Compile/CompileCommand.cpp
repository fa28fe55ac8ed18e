//===- CompileCommand.cpp - braid compile: any stage in, any later stage out -===//
//
// The stages are those of Stages.def. They are dumped as the pipeline passes them, so a dump shows
// also the stage before a failure. Text of a module keeps the places in the program (`loc`), on which
// messages of compiled programs and names of buffers depend: what is read back in and taken on then
// is what it would have been in one go.
//
//===----------------------------------------------------------------------===//
#include "braid/Conversion/RowToGPU.h"
#include "braid/Device/KernelCode.h"
#include "braid/Driver/Compilation.h"
#include "braid/Engine/Program.h"
#include "braid/Frontend/ASTPrinter.h"
#include "braid/IO/OutputFile.h"
#include "lib/Driver/OutputPaths.h"
#include "mlir/IR/AsmState.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

namespace braid::driver {

namespace path = llvm::sys::path;

using Form = StageInfo::Form;
using Target = StageInfo::Target;

std::vector<std::string> gpuTargets() { return row::gpuTargets(); }

std::vector<std::string> emittable() {
  std::vector<std::string> names;
  for (const StageInfo &stage : stages())
    names.push_back(stage.name.str());
  return names;
}

static std::string textOf(mlir::ModuleOp module, bool locations) {
  std::string text;
  llvm::raw_string_ostream os(text);
  module->print(os, mlir::OpPrintingFlags().enableDebugInfo(locations, /*prettyForm=*/false));
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
  /// Whether a file has a name that a stage may be written to.
  static bool mayWrite(const std::string &folder, const std::string &file) {
    llvm::StringRef name = path::filename(file);
    return name.size() > 3 && llvm::isDigit(name[0]) && llvm::isDigit(name[1]) && name[2] == '-' &&
           llvm::sys::fs::equivalent(path::has_parent_path(file) ? path::parent_path(file) : ".", folder);
  }
  llvm::Error error() const { return problem.empty() ? llvm::Error::success() : makeError(problem); }

private:
  std::string folder, problem;
  Console &console;
  unsigned number = 0;
};

static dev::CompileCache cacheOf(const CompileOptions &options) {
  return options.useCache ? dev::CompileCache::standard() : dev::CompileCache();
}

/// The kernels of a module in the stage `nvvm`.
static llvm::Expected<std::string> toPTX(Compilation &c, mlir::ModuleOp module, const row::GpuTarget &target,
                                         const CompileOptions &options) {
  mlir::Operation *kernels = module.lookupSymbol(row::deviceModuleName);
  if (!kernels)
    return makeError("the program has no row kernels to compile for a GPU");
  std::string ptx;
  if (llvm::Error error = c.withDiagnostics([&]() -> llvm::LogicalResult {
        auto text = dev::ptxOf(kernels, target, cacheOf(options), options.model.path);
        if (!text)
          return mlir::emitError(mlir::UnknownLoc::get(&c.context()), llvm::toString(text.takeError()));
        ptx = std::move(*text);
        return llvm::success();
      }))
    return std::move(error);
  return ptx;
}

/// Where the header of an object file goes.
static std::string headerOf(const std::string &file) {
  llvm::SmallString<256> header(file);
  path::replace_extension(header, ".h");
  return header.str().str();
}

/// An object file and its header.
static llvm::Error toObject(Compilation &c, mlir::ModuleOp module, const std::string &file) {
  return c.withDiagnostics([&]() -> llvm::LogicalResult {
    if (llvm::Error error = writeObject(module, EngineOptions(), file, headerOf(file)))
      return mlir::emitError(mlir::UnknownLoc::get(&c.context()), llvm::toString(std::move(error)));
    return llvm::success();
  });
}

/// Fails where the stage read does not lead to the one asked for.
static llvm::Error checkWay(Stage from, Stage to) {
  if (!way(from, to).empty())
    return llvm::Error::success();
  if (!way(to, from).empty())
    return makeError("the module is already in stage `" + infoOf(from).name + "`, past `" + infoOf(to).name + "`");
  return makeError("the module is in stage `" + infoOf(from).name + "`, which does not lead to `" + infoOf(to).name +
                   "`");
}

/// PTX is assembled for another GPU than it was made for if that one replaces it and ptxas finds nothing wrong with it.
static llvm::Error runPTX(const CompileOptions &options, Stage to, const std::optional<row::GpuTarget> &gpu,
                          Console &console) {
  if (llvm::Error error = checkWay(Stage::PTX, to))
    return error;
  auto text = llvm::MemoryBuffer::getFile(options.model.path);
  if (!text)
    return makeError("cannot read `" + options.model.path + "`: " + text.getError().message());
  if (llvm::Error error = row::checkPlannedFor((*text)->getBuffer(), *gpu))
    return error;
  if (to == Stage::PTX)
    return write(options.output, (*text)->getBuffer().str(), console);
  auto cubin = dev::cubinOf((*text)->getBuffer(), *gpu, cacheOf(options), options.model.path);
  return cubin ? write(options.output, *cubin, console) : cubin.takeError();
}

static llvm::Error run(const CompileOptions &options, Console &console) {
  std::optional<row::GpuTarget> gpu;
  if (options.target != "cpu") {
    auto target = row::parseGpuTarget(options.target);
    if (!target)
      return makeError(llvm::toString(target.takeError()) + "; `cpu` is the other target");
    gpu = *target;
  }
  Stage to = *parseStage(options.emit);
  const StageInfo &wanted = infoOf(to);
  if (wanted.target == Target::GPU && !gpu)
    return makeError("`--emit " + options.emit + "` is for a GPU: give one by `--target`, as `--target sm_90a`");
  if (wanted.target == Target::CPU && gpu)
    return makeError("`--emit " + options.emit +
                     "` is for `--target cpu`; for a GPU there are gpu, nvvm, ptx and cubin");
  if (wanted.form == Form::Binary && options.output == "-")
    return makeError("`" + options.emit + "` needs a file: give `-o FILE" + wanted.extension + "`");
  if (llvm::Error error =
          checkOutputs({options.output, to == Stage::Obj ? headerOf(options.output) : ""}, options.model.path))
    return error;
  for (const std::string &file : {options.model.path, options.output})
    if (!options.dumpDir.empty() && file != "-" && Dump::mayWrite(options.dumpDir, file))
      return makeError("a stage may be written over `" + file + "`; give another folder for `--dump-stages`");
  if (path::extension(options.model.path) == ".ptx")
    return runPTX(options, to, gpu, console);
  if (to == Stage::AST) {
    auto parsed = Compilation::parseOnly(options.model.path, console.color);
    if (!parsed)
      return parsed.takeError();
    return write(options.output, braid::print(*(*parsed)->file(), (*parsed)->sources), console);
  }
  auto compilation = Compilation::load(options.model, &console);
  if (!compilation)
    return compilation.takeError();
  Compilation &c = **compilation;
  Stage from = c.stage();
  if (llvm::Error error = checkWay(from, to))
    return error;
  if (mlir::Operation *planned = c.module().lookupSymbol(row::deviceModuleName); planned && gpu)
    if (llvm::Error error = row::checkPlannedFor(planned, *gpu))
      return error;
  bool keep = options.locations != "never",
       shown = keep && (options.locations == "always" || options.output != "-" || !console.outIsTerminal);
  Dump dump(options.dumpDir, console);
  if (llvm::Error error = dump.error())
    return error;
  if (c.file())
    dump.add(infoOf(Stage::AST).extension, braid::print(*c.file(), c.sources));
  Stage last = from; // of those that are modules
  for (Stage stage : way(from, to))
    if (infoOf(stage).form == Form::Module)
      last = stage;
  PipelineOptions pipeline;
  pipeline.functions = options.functions;
  pipeline.bf16 = options.bf16;
  pipeline.recompute = options.recompute;
  pipeline.target = gpu ? gpu->chip : "";
  auto module = c.lower(last, pipeline, [&](Stage stage, mlir::ModuleOp at) {
    if (!options.dumpDir.empty())
      dump.add(infoOf(stage).extension, textOf(at, keep));
  });
  if (!module)
    return llvm::joinErrors(module.takeError(), dump.error());
  if (to == Stage::Obj)
    return llvm::joinErrors(toObject(c, **module, options.output), dump.error());
  llvm::Expected<std::string> text =
      wanted.form == Form::Module ? textOf(**module, shown) : toPTX(c, **module, *gpu, options);
  if (text && wanted.form != Form::Module)
    dump.add(infoOf(Stage::PTX).extension, *text);
  if (text && to == Stage::Cubin)
    text = dev::cubinOf(std::string(std::move(*text)), *gpu, cacheOf(options), options.model.path);
  if (!text)
    return llvm::joinErrors(text.takeError(), dump.error());
  return llvm::joinErrors(write(options.output, *text, console), dump.error());
}

int compile(const CompileOptions &options, Console &console) {
  if (llvm::Error error = run(options, console))
    return fail(console, std::move(error));
  return Success;
}

} // namespace braid::driver
