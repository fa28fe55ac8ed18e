//===- Cli.cpp - flags that several subcommands share ---------------------===//
#include "tools/braid/Cli.h"
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <sstream>

namespace braid::cli {

void addModel(CLI::App &command, driver::ModelArgs &model, const char *what) {
  command.add_option("MODEL", model.path, what)->required();
  command
      .add_option_function<std::vector<std::string>>(
          "--set",
          [&model](const std::vector<std::string> &settings) {
            for (const std::string &setting : settings) {
              size_t equals = setting.find('=');
              if (equals == 0 || equals == std::string::npos || equals + 1 == setting.size())
                throw CLI::ValidationError("--set", "`" + setting + "` is not of the form name=value");
              model.overrides.emplace_back(setting.substr(0, equals), setting.substr(equals + 1));
            }
          },
          "replaces a value of the program's config; may be repeated")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false)
      ->take_all();
}

/// `what` is what a message says of a number that `fits` refuses.
static CLI::Validator number(const std::string &what, std::function<bool(double)> fits) {
  return CLI::Validator(
      [what, fits](std::string &text) -> std::string {
        char *end = nullptr;
        double value = std::strtod(text.c_str(), &end);
        bool good = !text.empty() && *end == 0 && std::isfinite(value) && fits(value);
        return good ? "" : "`" + text + "` is not " + what;
      },
      "");
}

CLI::Validator positive() {
  return number("a positive number", [](double x) { return x > 0; });
}
CLI::Validator nonNegative() {
  return number("a number from 0 up", [](double x) { return x >= 0; });
}
CLI::Validator count(int64_t least, int64_t most) {
  CLI::Validator low = least > 0 ? positive() : nonNegative();
  return CLI::Validator(
      [=](std::string &text) -> std::string {
        std::string problem = low(text);
        if (problem.empty() && std::strtod(text.c_str(), nullptr) > double(most))
          problem = "`" + text + "` is more than " + std::to_string(most);
        return problem;
      },
      "");
}
CLI::Validator between(double least, double most) {
  std::ostringstream range;
  range << "a number from " << least << " to " << most;
  return number(range.str(), [=](double x) { return x >= least && x <= most; });
}
CLI::Validator seedNumber() {
  return CLI::Validator(
      [](std::string &text) -> std::string {
        uint64_t value = 0;
        auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
        bool good = code == std::errc() && end == text.data() + text.size();
        return good ? "" : "`" + text + "` is not a whole number from 0 to 18446744073709551615";
      },
      "");
}

void addDtype(CLI::App &command, bool &bf16) {
  command
      .add_option_function<std::string>(
          "--dtype", [&bf16](const std::string &name) { bf16 = name == "bf16"; },
          "what activations are stored as (default fp32)")
      ->check(CLI::IsMember({"fp32", "bf16"}));
}

void addDevice(CLI::App &command, driver::DeviceOptions &how) {
  addDtype(command, how.bf16);
  command.add_option("--threads", how.threads, "threads; 0: as many as the machine offers")->check(between(0, 4096));
  command.add_option("--seed", how.seed, "seed of every random number")->check(seedNumber());
}

CLI::Option *addChoice(CLI::App &command, const std::string &flag, std::string &value, std::vector<std::string> names,
                       const std::string &help) {
  return command.add_option(flag, value, help)->check(CLI::IsMember(names))->capture_default_str();
}

void addTokenWidth(CLI::App &command, int &width) {
  command
      .add_option_function<std::string>(
          "--token-dtype", [&width](const std::string &name) { width = name == "uint32" ? 4 : 2; },
          "what tokens are stored as in a file without a header (default uint16)")
      ->check(CLI::IsMember({"uint16", "uint32"}));
}

void addEmulated(CLI::App &command, driver::EmulatorArgs &emulated) {
  command
      .add_option("--target", emulated.target,
                  "emulator: the GPU that kernels are planned for, and whose limits hold (sm_80)")
      ->check(CLI::IsMember(driver::gpuTargets()))
      ->group("row-kernels");
  command
      .add_option("--limit", emulated.limit,
                  "emulator: instructions in loops that a thread may run before it counts as hanging")
      ->check(count(1))
      ->capture_default_str()
      ->group("row-kernels");
}

void checkEmulated(const CLI::App &command, const std::string &device) {
  if (device == "emulator")
    return;
  if (command.count("--target"))
    throw CLI::ValidationError("--target", "is for the emulator: kernels for a GPU are planned for its own target");
  if (command.count("--limit"))
    throw CLI::ValidationError("--limit", "is for the emulator: a GPU ends no kernel for taking long");
}

void addFunctions(CLI::App &command, std::vector<std::string> &functions) {
  command.add_option("--functions,--function", functions, "derived programs, separated by commas")
      ->delimiter(',')
      ->check(CLI::IsMember({"logits", "loss", "grad", "observe", "extend", "step", "accumulate"}))
      ->allow_extra_args(false)
      ->take_all();
}

} // namespace braid::cli
