//===- main.cpp - the braid tool ------------------------------------------===//
//
// Parses the command line, sets up the console, runs one subcommand. Exit codes:
// 0 done, 1 the program, the data or the machine is at fault, 2 the command line is.
//
//===----------------------------------------------------------------------===//
#include "tools/braid/Usage.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/ErrorHandling.h"
#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <new>
#include <unistd.h>

using namespace braid;

/// Neither LLVM nor most of this tool can go on without memory, and the files that were begun are not in their place
/// yet.
[[noreturn]] static void outOfMemory() {
  static const char text[] = "braid: error: out of memory; try a smaller model, `--batch` or `--tokens`\n";
  (void)!write(2, text, sizeof(text) - 1);
  _exit(driver::Failure);
}

/// OpenMP's library takes some values that are no numbers for thousands of threads, and aborts at others.
static bool isThreadCount(llvm::StringRef text) {
  llvm::SmallVector<llvm::StringRef> levels;
  text.split(levels, ',');
  return llvm::all_of(levels, [](llvm::StringRef level) {
    unsigned count = 0;
    return !level.trim().getAsInteger(10, count) && count >= 1 && count <= 4096;
  });
}

/// Flushes both streams. The exit code: where results could not be written, Failure; a reader that has gone away does
/// not count.
static int endOutput(driver::Console &console, int code) {
  console.out.flush();
  if (std::error_code problem = llvm::outs().error()) {
    llvm::outs().clear_error();
    if (problem != std::errc::broken_pipe) {
      console.err << "braid: error: cannot write to standard output: " << problem.message() << "\n";
      code = driver::Failure;
    }
  }
  // LLVM would abort at an error that nobody has looked at, and there is nowhere left to say it.
  console.err.flush();
  llvm::errs().clear_error();
  return code;
}

int main(int argc, char **argv) {
  std::set_new_handler(outOfMemory);
  llvm::install_bad_alloc_error_handler([](void *, const char *, bool) { outOfMemory(); });
  // A reader that goes away (`| head`) ends a command without a word, as it ends other tools. (`train` goes on: there
  // what is printed is beside the point.)
  std::signal(SIGPIPE, SIG_DFL);
  CLI::App app(
      "A language and compiler for residual topologies: one program of one token, every derived program of it.",
      "braid");
  app.require_subcommand(1);
  app.formatter(std::make_shared<cli::HelpFormatter>());
  app.get_formatter()->column_width(34);
  app.footer("`braid COMMAND --help` explains a command; docs/command-line.md has examples.");
  std::string color = "auto";
  app.add_option("--color", color, "colours in messages: auto, always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  WarningPolicy warnings;
  app.add_option("--no-warn", warnings.silenced,
                 "silences a warning about a program, by its code (B0502); may be repeated")
      ->check(CLI::IsMember(warningCodes()))
      ->type_name("CODE")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->take_all();
  app.add_flag("--warnings-as-errors", warnings.asErrors, "a program with warnings is refused");

  cli::Action action;
  cli::addCheck(app, action);
  cli::addCompile(app, action);
  cli::addExplain(app, action);
  cli::addFormat(app, action);
  cli::addInit(app, action);
  cli::addRun(app, action);
  cli::addDiff(app, action);
  cli::addEval(app, action);
  cli::addData(app, action);
  cli::addConvert(app, action);
  cli::addTrain(app, action);
  cli::addGenerate(app, action);
  cli::addBench(app, action);
  cli::addCache(app, action);
  cli::addMachine(app, action);
  cli::addCompletion(app, action);
  for (CLI::App *command : app.get_subcommands([](CLI::App *) { return true; }))
    command->fallthrough();

  std::vector<std::string> words = cli::withSynonyms({argv + 1, argv + argc});
  // CLI11 takes the last word first.
  std::reverse(words.begin(), words.end());
  try {
    app.parse(std::vector<std::string>(words));
  } catch (const CLI::Success &help) {
    return app.exit(help);
  } catch (const CLI::ParseError &error) {
    std::cerr << "braid: error: " << cli::explainUsage(app, error, words.empty() ? "" : words.back()) << "\n";
    const CLI::App *at = &app;
    for (CLI::App *chosen : app.get_subcommands())
      at = chosen;
    std::cerr << "try `braid" << (at == &app ? "" : " " + at->get_name()) << " --help`\n";
    return driver::Usage;
  }

  if (const char *threads = std::getenv("OMP_NUM_THREADS"); threads && !isThreadCount(threads)) {
    std::cerr << "braid: error: OMP_NUM_THREADS is `" << threads << "`, not a number of threads from 1 to 4096\n";
    return driver::Failure;
  }
  driver::Console console{llvm::outs(), llvm::errs()};
  console.outIsTerminal = isatty(1);
  console.errIsTerminal = isatty(2);
  console.color = color == "always" || (color == "auto" && console.errIsTerminal && !std::getenv("NO_COLOR"));
  console.warnings = std::move(warnings);
  int code = action(console);
  return endOutput(console, code);
}
