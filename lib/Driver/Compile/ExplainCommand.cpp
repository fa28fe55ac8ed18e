//===- ExplainCommand.cpp - braid explain: a diagnostic, or a schedule ----===//
#include "braid/Driver/Compilation.h"
#include "braid/IO/OutputFile.h"
#include "braid/Pipelines/Explain.h"
#include "braid/Support/DiagnosticExamples.h"
#include "lib/Driver/Inspect/Draw.h"
#include "lib/Driver/OutputPaths.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"

namespace braid::driver {

/// `B0107`, in either case; what a file is called is none.
static bool isCode(llvm::StringRef text) {
  return text.size() > 1 && (text[0] == 'B' || text[0] == 'b') && llvm::all_of(text.drop_front(), llvm::isDigit) &&
         !llvm::sys::fs::exists(text);
}

/// The message, the rule behind it, a program that breaks it and the same program mended.
static void showCode(const std::string &code, const std::string &text, Console &console) {
  auto program = [&](const char *title, const std::string &program, const std::string &arguments) {
    if (program.empty())
      return;
    console.out << "\n" << title << (arguments.empty() ? "" : ", with `" + arguments + "`") << ":\n\n";
    llvm::StringRef rest(program);
    while (!rest.empty()) {
      auto [line, next] = rest.split('\n');
      console.out << "    " << line << "\n";
      rest = next;
    }
  };
  console.out << code << ": " << text << "\n";
  if (std::optional<DiagnosticExample> example = exampleOf(code)) {
    program("Wrong", example->wrong, example->wrongArguments);
    program("Right", example->right, example->rightArguments);
  }
}

int explain(const ExplainOptions &options, Console &console) {
  if (isCode(options.model.path)) {
    std::string code = llvm::StringRef(options.model.path).upper();
    std::optional<std::string> text = explainDiagnostic(code);
    if (!text)
      return fail(console, makeError("there is no diagnostic `" + code + "`; a code is written as in `error[B0107]`"));
    showCode(code, *text, console);
    return Success;
  }
  if (llvm::Error error = checkOutputs({options.html, options.dot}, options.model.path))
    return fail(console, std::move(error));
  auto compilation = Compilation::load(options.model, &console);
  if (!compilation)
    return fail(console, compilation.takeError());
  PipelineOptions pipeline;
  pipeline.bf16 = options.bf16;
  pipeline.functions = options.functions;
  auto planned = (*compilation)->lower(Stage::Host, pipeline);
  if (!planned)
    return fail(console, planned.takeError());
  if (options.html.empty() && options.dot.empty())
    console.out << braid::explain(**planned);
  auto write = [&](const std::string &file, const std::string &text) -> int {
    if (file == "-") {
      console.out << text;
      return Success;
    }
    rt::Status status = rt::writeFileAtomically(file, {text});
    return status ? int(Success) : fail(console, makeError(status.message()));
  };
  int code = Success;
  if (!options.html.empty())
    code = write(options.html, planAsHtml(**planned, options.model.path));
  if (!options.dot.empty() && code == Success)
    code = write(options.dot, planAsDot(**planned));
  return code;
}

} // namespace braid::driver
