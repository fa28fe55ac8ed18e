//===- Run.cpp - braid run ------------------------------------------------===//
#include "tools/braid/Cli.h"

namespace braid::cli {

void addRun(CLI::App &app, Action &action) {
  auto options = std::make_shared<driver::RunOptions>();
  CLI::App *command = app.add_subcommand("run", "Runs one program of a model: tensors in, tensors out");
  addModel(*command, options->model);
  addChoice(*command, "--function", options->function, {"logits", "loss", "grad", "observe"}, "the program");
  addChoice(*command, "--device", options->device, {"cpu", "reference"}, "where");
  command->add_option("--params", options->params, "parameters (safetensors); a training folder's newest, or initial values, if absent");
  command->add_option("--inputs", options->inputs, "inputs (safetensors), named as the model's arguments")->required();
  command->add_option("-o,--output", options->output, "results (safetensors)")->required();
  addDevice(*command, options->how);
  command->add_option("--step", options->how.step, "step of the optimiser, for random draws")->check(CLI::NonNegativeNumber);
  bind(*command, action, options, driver::run);
}

} // namespace braid::cli
