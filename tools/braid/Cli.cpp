//===- Cli.cpp - flags that several subcommands share ---------------------===//
#include "tools/braid/Cli.h"

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

void addDtype(CLI::App &command, bool &bf16) {
  command
      .add_option_function<std::string>("--dtype", [&bf16](const std::string &name) { bf16 = name == "bf16"; },
                                        "what activations are stored as (default fp32)")
      ->check(CLI::IsMember({"fp32", "bf16"}));
}

void addDevice(CLI::App &command, driver::DeviceOptions &how) {
  addDtype(command, how.bf16);
  command.add_option("--threads", how.threads, "threads; 0: as many as the machine offers")->check(CLI::Range(0, 4096));
  command.add_option("--seed", how.seed, "seed of every random number");
}

CLI::Option *addChoice(CLI::App &command, const std::string &flag, std::string &value, std::vector<std::string> names,
                       const std::string &help) {
  return command.add_option(flag, value, help)->check(CLI::IsMember(names))->capture_default_str();
}

void addFunctions(CLI::App &command, std::vector<std::string> &functions) {
  command.add_option("--functions,--function", functions, "derived programs, separated by commas")
      ->delimiter(',')
      ->check(CLI::IsMember({"logits", "loss", "grad", "observe", "step", "accumulate"}))
      ->allow_extra_args(false)
      ->take_all();
}

} // namespace braid::cli
