//===- Bench.cpp - braid bench --------------------------------------------===//
#include "tools/braid/Cli.h"

namespace braid::cli {

void addBench(CLI::App &app, Action &action) {
  auto options = std::make_shared<driver::BenchOptions>();
  CLI::App *command = app.add_subcommand("bench", "Measures a program: compile time, seconds, memory, products alone");
  addModel(*command, options->model);
  addChoice(*command, "--function", options->function, {"step", "grad", "loss", "logits"}, "step: forward, backward, clipping, AdamW");
  command->add_option("--batch", options->batch, "sequences")->check(CLI::PositiveNumber)->capture_default_str();
  command->add_option("--tokens", options->tokens, "tokens of a sequence")->check(CLI::PositiveNumber)->capture_default_str();
  command->add_option("--reps", options->repetitions, "timed runs; 0: compiles and allocates nothing")->check(CLI::NonNegativeNumber)->capture_default_str();
  command->add_option("--warmup", options->warmup, "runs before them")->check(CLI::NonNegativeNumber)->capture_default_str();
  command->add_option("--json", options->json, "file for the results")->type_name("FILE");
  command->add_flag("--profile", options->profile, "also lists the time of every kernel and product");
  addDevice(*command, options->how);
  bind(*command, action, options, driver::bench);
}

} // namespace braid::cli
