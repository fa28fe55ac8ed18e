//===- Cli.h - how subcommands bind their flags ---------------------------===//
//
// Each subcommand has a file with one function that adds it: flags go to the
// members of its options, and the action calls the driver.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_TOOLS_BRAID_CLI_H
#define BRAID_TOOLS_BRAID_CLI_H

#include "braid/Driver/Commands.h"
#include <CLI/CLI.hpp>
#include <functional>
#include <memory>

namespace braid::cli {

/// What the command line asked for; set by the subcommand that was named.
using Action = std::function<int(driver::Console &)>;

void addCheck(CLI::App &app, Action &action);
void addCompile(CLI::App &app, Action &action);
void addExplain(CLI::App &app, Action &action);
void addFormat(CLI::App &app, Action &action);
void addInit(CLI::App &app, Action &action);
void addRun(CLI::App &app, Action &action);
void addDiff(CLI::App &app, Action &action);
void addEval(CLI::App &app, Action &action);
void addData(CLI::App &app, Action &action);
void addConvert(CLI::App &app, Action &action);
void addTrain(CLI::App &app, Action &action);
void addGenerate(CLI::App &app, Action &action);
void addBench(CLI::App &app, Action &action);
void addCache(CLI::App &app, Action &action);
void addMachine(CLI::App &app, Action &action); ///< devices, doctor, version
void addCompletion(CLI::App &app, Action &action);

/// MODEL and `--set name=value`.
void addModel(CLI::App &command, driver::ModelArgs &model,
              const char *what = "a .braid program, an .mlir module of any stage, or - for standard input");
/// `--dtype`, `--threads`, `--seed`.
void addDevice(CLI::App &command, driver::DeviceOptions &how);
void addDtype(CLI::App &command, bool &bf16);
/// What a number given to a flag must be; all are finite.
CLI::Validator positive();
CLI::Validator nonNegative();
/// Of things that are counted: from `least`, 0 or 1, to `most`.
CLI::Validator count(int64_t least, int64_t most = 2147483647);
CLI::Validator between(double least, double most);
/// A whole number of 64 bits without a sign.
CLI::Validator seedNumber();
/// A flag whose value is one of `names`.
CLI::Option *addChoice(CLI::App &command, const std::string &flag, std::string &value, std::vector<std::string> names,
                       const std::string &help);
/// `--token-dtype` of files of tokens, as bytes.
void addTokenWidth(CLI::App &command, int &width);
/// `--target` and `--limit` of the emulator.
void addEmulated(CLI::App &command, driver::EmulatorArgs &emulated);
/// Refuses them for other devices.
void checkEmulated(const CLI::App &command, const std::string &device);
/// The derived programs, separated by commas.
void addFunctions(CLI::App &command, std::vector<std::string> &functions);

/// The action of `command` is `run(options)`.
template <typename Options>
void bind(CLI::App &command, Action &action, std::shared_ptr<Options> options,
          int (*run)(const Options &, driver::Console &)) {
  command.callback([&action, options, run] {
    action = [options, run](driver::Console &console) { return run(*options, console); };
  });
}

} // namespace braid::cli

#endif
