//===- Diff.cpp - braid diff ----------------------------------------------===//
#include "tools/braid/Cli.h"

namespace braid::cli {

void addDiff(CLI::App &app, Action &action) {
  auto options = std::make_shared<driver::DiffOptions>();
  CLI::App *command = app.add_subcommand("diff", "Names the first value in which two devices differ");
  addModel(*command, options->model);
  command->add_option("--between", options->between, "two devices, separated by a comma")
      ->delimiter(',')
      ->check(CLI::IsMember({"cpu", "reference"}))
      ->allow_extra_args(false)
      ->take_all()
      ->default_str("cpu,reference");
  command->add_option("--params", options->params, "parameters (safetensors); a training folder's newest, or initial values, if absent");
  command->add_option("--inputs", options->inputs, "inputs with targets (safetensors); random ids if absent");
  command->add_option("--batch", options->batch, "sequences of random ids")->check(CLI::PositiveNumber)->capture_default_str();
  command->add_option("--tokens", options->tokens, "their length")->check(CLI::PositiveNumber)->capture_default_str();
  command->add_option("--tolerance", options->tolerance, "relative to the largest number of a value (default 1e-4, bf16 3e-2)")
      ->check(CLI::PositiveNumber);
  addDevice(*command, options->how);
  command->parse_complete_callback([options] {
    if (options->between.size() != 2)
      throw CLI::ValidationError("--between", "takes two devices, such as cpu,reference");
  });
  bind(*command, action, options, driver::diff);
}

} // namespace braid::cli
