//===- Init.cpp - braid init ----------------------------------------------===//
#include "tools/braid/Cli.h"

namespace braid::cli {

void addInit(CLI::App &app, Action &action) {
  auto options = std::make_shared<driver::InitOptions>();
  CLI::App *command = app.add_subcommand("init", "Writes a model's initial parameters");
  addModel(*command, options->model);
  command->add_option("-o,--output", options->output, "safetensors file to write")->required();
  command->add_option("--seed", options->seed, "seed of the random numbers")
      ->check(seedNumber())
      ->capture_default_str();
  bind(*command, action, options, driver::init);
}

} // namespace braid::cli
