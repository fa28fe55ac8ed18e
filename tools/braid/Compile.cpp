//===- Compile.cpp - braid compile ----------------------------------------===//
#include "tools/braid/Cli.h"

namespace braid::cli {

void addCompile(CLI::App &app, Action &action) {
  auto options = std::make_shared<driver::CompileOptions>();
  CLI::App *command = app.add_subcommand("compile", "Takes a program or a module of any stage to any later stage");
  addModel(*command, options->model);
  std::string targets;
  for (const std::string &name : driver::gpuTargets())
    targets += (targets.empty() ? "" : ", ") + name;
  command->add_option("--target", options->target, "what to compile for: cpu, or a GPU: " + targets)
      ->capture_default_str();
  addChoice(*command, "--emit", options->emit, driver::emittable(), "the stage to write");
  command->add_option("-o,--output", options->output, "file to write; - for standard output")->capture_default_str();
  addFunctions(*command, options->functions);
  addDtype(*command, options->bf16);
  command->add_flag("!--no-recompute", options->recompute, "stores everything that the backward pass needs");
  command->add_flag("!--no-cache", options->useCache, "compiles PTX and cubins anew, past the compile cache");
  command->add_option("--dump-stages", options->dumpDir, "writes every stage passed into this folder")
      ->type_name("DIR");
  addChoice(
      *command, "--locations", options->locations, {"auto", "always", "never"},
      "places in the program at the lines' ends, which make what is read back in the same; auto: not on a terminal");
  bind(*command, action, options, driver::compile);
}

} // namespace braid::cli
