//===- Check.cpp - braid check --------------------------------------------===//
#include "tools/braid/Cli.h"

namespace braid::cli {

void addCheck(CLI::App &app, Action &action) {
  auto options = std::make_shared<driver::CheckOptions>();
  CLI::App *command = app.add_subcommand("check", "Checks a program: types, parameters, FLOPs, bytes, memory");
  addModel(*command, options->model);
  command->add_flag("--json", options->json, "writes one JSON object");
  command->add_option("--batch", options->batch, "sequences for which the cost is stated")
      ->check(count(1))
      ->capture_default_str();
  command->add_option("--tokens", options->tokens, "tokens of a sequence")->check(count(1))->capture_default_str();
  addDtype(*command, options->bf16);
  bind(*command, action, options, driver::check);
}

} // namespace braid::cli
