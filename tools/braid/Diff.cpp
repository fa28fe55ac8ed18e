//===- Diff.cpp - braid diff ----------------------------------------------===//
#include "tools/braid/Cli.h"

namespace braid::cli {

void addDiff(CLI::App &app, Action &action) {
  auto options = std::make_shared<driver::DiffOptions>();
  CLI::App *command = app.add_subcommand("diff", "Names the first value in which two devices differ");
  addModel(*command, options->model);
  command->add_option(
      "OTHER", options->other,
      "what the second device runs instead: another program with the same parameters, or a stage of this one");
  command->add_option("--between", options->between, "two devices, separated by a comma")
      ->delimiter(',')
      ->check(CLI::IsMember({"cpu", "reference"}))
      ->allow_extra_args(false)
      ->take_all()
      ->default_str("cpu,reference");
  command->add_option(
      "--params", options->params,
      "parameters (safetensors, or a checkpoint's folder); a training folder's newest, or initial values, if absent");
  command->add_option("--inputs", options->inputs, "inputs with targets (safetensors); random ids if absent");
  command->add_option("--batch", options->batch, "sequences of random ids")->check(count(1))->capture_default_str();
  command->add_option("--tokens", options->tokens, "their length")->check(count(1))->capture_default_str();
  addChoice(*command, "--function", options->function, {"logits", "grad"},
            "logits: the forward pass alone; grad: the backward pass, too");
  command->add_flag("--results-only", options->resultsOnly,
                    "compares what the programs return, not what they compute on the way");
  command
      ->add_option("--memory", options->memory,
                   "MiB for values that are compared at one time; a long program is gone through in stretches of as "
                   "much, each compiled on its own")
      ->check(count(1))
      ->capture_default_str();
  command
      ->add_option("--tolerance", options->tolerance,
                   "error allowed, relative to the largest number of a value (default 1e-4, bf16 3e-2, and more for a "
                   "value on the way that fp32 cannot resolve)")
      ->check(positive());
  addDevice(*command, options->how);
  command->parse_complete_callback([options] {
    if (options->between.size() != 2)
      throw CLI::ValidationError("--between", "takes two devices, such as cpu,reference");
  });
  bind(*command, action, options, driver::diff);
}

} // namespace braid::cli
