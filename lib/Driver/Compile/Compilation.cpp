//===- Compilation.cpp - from a MODEL argument to a module ----------------===//
//
// A program is parsed after the standard library and its imports; the elaborator
// gets them in that order, so that the nearest declaration of a name wins. A module
// is told from a program by its name, or, on standard input, by how it begins.
//
//===----------------------------------------------------------------------===//
#include "braid/Driver/Compilation.h"
#include "braid/Driver/Embedded.h"
#include "braid/Driver/TrainingFolder.h"
#include "braid/Frontend/Elaborate.h"
#include "braid/Frontend/Parser.h"
#include "braid/Pipelines/Dialects.h"
#include "braid/Support/Nesting.h"
#include "dialects/Braid/IR/Braid.h"
#include "dialects/Host/IR/Host.h"
#include "dialects/Row/IR/Row.h"
#include "lib/Driver/InputText.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include <algorithm>

namespace braid::driver {

namespace path = llvm::sys::path;

Compilation::Compilation(bool color) : color(color), diagnostics(sources) {
  mlir::DialectRegistry registry;
  registry.insert<lang::BraidDialect, row::RowDialect, host::HostDialect, mlir::LLVM::LLVMDialect>();
  mlirContext = std::make_unique<mlir::MLIRContext>(registry);
  mlirContext->loadAllAvailableDialects();
  // Those of stages after `host` are loaded when they are met.
  mlir::DialectRegistry later;
  registerStageDialects(later);
  mlirContext->appendDialectRegistry(later);
  mlirContext->printOpOnDiagnostic(false);
}

static llvm::StringRef withoutComments(llvm::StringRef text) {
  text.consume_front(byteOrderMark);
  for (text = text.ltrim(); text.starts_with("//"); text = text.ltrim())
    text = text.drop_until([](char c) { return c == '\n'; });
  return text;
}

/// A module's text begins with an op or an alias, a program's never does.
static bool looksLikeModule(llvm::StringRef text) {
  text = withoutComments(text);
  for (const char *start :
       {"module", "\"builtin.module\"", "builtin.module", "braid.", "row.", "host.", "llvm.", "#", "!", "ML\xefR"})
    if (text.starts_with(start))
      return true;
  return false;
}

/// Places in a program are 32 bits. A program is written by people; a module of thousands of layers is not.
static constexpr size_t maxProgramBytes = size_t(64) << 20, maxModuleBytes = size_t(2) << 30;

llvm::Expected<std::string> Compilation::readText(const std::string &file, bool main) {
  bool module = path::extension(file) == ".mlir" || path::extension(file) == ".mlirbc";
  std::string text;
  llvm::Error error = readInputText(file, /*streams=*/main, "", [&](llvm::StringRef part) -> llvm::Error {
    text += part;
    size_t limit = module || (main && path::extension(file) != ".braid" && looksLikeModule(text)) ? maxModuleBytes
                                                                                                  : maxProgramBytes;
    if (text.size() > limit)
      return makeError("`" + file + "` is too large: more than " + llvm::Twine(limit >> 20) + " MiB");
    return llvm::Error::success();
  });
  if (error)
    return std::move(error);
  return text;
}

llvm::Error Compilation::diagnosticsError() { return llvm::make_error<RenderedError>(diagnostics.render(color)); }

const ast::File *Compilation::parseFile(const std::string &name, std::string text, const std::string &file) {
  uint32_t id = sources.add(name, std::move(text));
  std::optional<ast::File> tree = parse(sources, id, diagnostics);
  if (!tree)
    return nullptr;
  trees.push_back(std::move(*tree));
  return &trees.back();
}

bool Compilation::followImports(const ast::File &file, const std::string &from) {
  bool good = true;
  for (const ast::Decl &decl : file.decls) {
    if (decl.kind != ast::Decl::Kind::Import)
      continue;
    llvm::SmallString<256> target(decl.path);
    if (path::is_relative(target)) {
      target = from == "-" ? llvm::StringRef() : path::parent_path(from);
      path::append(target, decl.path);
    }
    llvm::SmallString<256> real;
    if (llvm::sys::fs::real_path(target, real))
      real = target;
    if (std::find(seenPaths.begin(), seenPaths.end(), real.str()) != seenPaths.end())
      continue;
    seenPaths.push_back(real.str().str());
    llvm::Expected<std::string> text = readText(target.str().str(), /*main=*/false);
    if (!text) {
      diagnostics.report(Diag::CannotImport, decl.range, {llvm::toString(text.takeError())});
      good = false;
      continue;
    }
    const ast::File *tree = parseFile(target.str().str(), std::move(*text), target.str().str());
    if (!tree || !followImports(*tree, target.str().str())) {
      good = false;
      continue;
    }
    imported.push_back(tree);
  }
  return good;
}

static bool isModule(llvm::StringRef file, llvm::StringRef text) {
  llvm::StringRef suffix = path::extension(file);
  return suffix == ".mlir" || suffix == ".mlirbc" || (suffix != ".braid" && looksLikeModule(text));
}

/// Says so where a file with another suffix than a program's does not begin like one.
static llvm::Error checkProgram(llvm::StringRef file, llvm::StringRef text) {
  if (file == "-" || path::extension(file) == ".braid")
    return llvm::Error::success();
  llvm::StringRef rest = withoutComments(text);
  llvm::StringRef word = rest.take_while([](char c) { return llvm::isAlpha(c); });
  for (const char *start : {"import", "config", "axis", "fn", "layer", "connection", "model"})
    if (word == start)
      return llvm::Error::success();
  return makeError("`" + file + "` is neither a program (.braid) nor a module (.mlir)");
}

llvm::Error Compilation::readModule(const std::string &name, const std::string &text) {
  if (std::string problem = tooDeepNesting(name, text); !problem.empty())
    return makeError(problem);
  sources.add(name, text);
  return withDiagnostics([&]() -> llvm::LogicalResult {
    loaded = mlir::parseSourceString<mlir::ModuleOp>(text, mlir::ParserConfig(mlirContext.get()), name);
    return llvm::success(bool(loaded));
  });
}

llvm::Expected<std::unique_ptr<Compilation>> Compilation::parseOnly(const std::string &file, bool color) {
  std::unique_ptr<Compilation> result(new Compilation(color));
  llvm::Expected<std::string> text = result->readText(file);
  if (!text)
    return text.takeError();
  if (isModule(file, *text))
    return makeError("a module is past the stage `ast`");
  if (llvm::Error error = checkProgram(file, *text))
    return std::move(error);
  result->mainFile = result->parseFile(file == "-" ? "<stdin>" : file, std::move(*text), file);
  if (!result->mainFile)
    return result->diagnosticsError();
  return std::move(result);
}

llvm::Expected<std::unique_ptr<Compilation>> Compilation::load(const ModelArgs &model, Console *console) {
  std::unique_ptr<Compilation> result(new Compilation(console && console->color));
  std::string file = model.path;
  auto overrides = model.overrides;
  if (llvm::sys::fs::is_directory(file)) {
    auto saved = savedModel(file);
    if (!saved)
      return saved.takeError();
    auto set = savedOverrides(file);
    if (!set)
      return set.takeError();
    for (const auto &saved : *set)
      if (llvm::none_of(overrides, [&](const auto &given) { return given.first == saved.first; }))
        overrides.push_back(saved);
    file = *saved;
  }
  llvm::Expected<std::string> text = result->readText(file);
  if (!text)
    return text.takeError();
  result->overrides = overrides;
  std::string name = file == "-" ? "<stdin>" : file;
  if (isModule(file, *text)) {
    if (!overrides.empty())
      return makeError("`--set` needs a program; the config of a module is already fixed");
    if (llvm::Error error = result->readModule(name, *text))
      return std::move(error);
    return std::move(result);
  }

  if (llvm::Error error = checkProgram(file, *text))
    return std::move(error);

  Compilation &c = *result;
  for (const EmbeddedFile &std : standardLibrary())
    if (const ast::File *tree = c.parseFile(std::string("<std>/") + std.name, std.text, "")) {
      c.trees.back().library = true;
      c.library.push_back(tree);
    }
  llvm::SmallString<256> real;
  if (file != "-" && !llvm::sys::fs::real_path(file, real))
    c.seenPaths.push_back(real.str().str());
  c.mainFile = c.parseFile(name, std::move(*text), file);
  if (!c.mainFile || !c.followImports(*c.mainFile, file) || c.diagnostics.hasErrors())
    return c.diagnosticsError();

  std::vector<const ast::File *> before = c.library;
  before.insert(before.end(), c.imported.begin(), c.imported.end());
  ElaborateOptions options;
  options.overrides = overrides;
  llvm::Error reported = c.withDiagnostics([&] {
    c.loaded = elaborate(*c.mlirContext, c.sources, *c.mainFile, before, c.diagnostics, options);
    return llvm::success(c.diagnostics.hasErrors() || (c.loaded && mlir::succeeded(mlir::verify(*c.loaded))));
  });
  if (console)
    c.diagnostics.settleWarnings(console->warnings);
  if (c.diagnostics.hasErrors()) {
    llvm::consumeError(std::move(reported));
    return c.diagnosticsError();
  }
  if (reported)
    return std::move(reported);
  if (std::string warnings = c.diagnostics.render(c.color); console && !warnings.empty()) {
    console->out.flush();
    console->err << warnings;
  }
  return std::move(result);
}

llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> Compilation::lower(Stage to, const PipelineOptions &options,
                                                                     std::function<void(Stage, mlir::ModuleOp)> seen) {
  mlir::OwningOpRef<mlir::ModuleOp> copy(module().clone());
  if (llvm::Error error = withDiagnostics([&] { return lowerTo(*copy, to, options, seen); }))
    return std::move(error);
  return std::move(copy);
}

std::string Compilation::flattened() const {
  std::string result;
  std::vector<const ast::File *> all = imported;
  if (mainFile)
    all.push_back(mainFile);
  for (const ast::File *file : all) {
    std::string text(sources.text(file->file));
    // From the end, so that earlier ranges stay true.
    for (size_t i = file->decls.size(); i-- > 0;)
      if (file->decls[i].kind == ast::Decl::Kind::Import)
        text.erase(file->decls[i].range.begin, file->decls[i].range.end - file->decls[i].range.begin);
    result += text;
    if (!result.empty() && result.back() != '\n')
      result += '\n';
  }
  return result;
}

} // namespace braid::driver
