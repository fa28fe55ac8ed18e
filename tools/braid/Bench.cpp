//===- Bench.cpp - braid bench --------------------------------------------===//
#include "braid/Driver/BenchKernels.h"
#include "tools/braid/Cli.h"

namespace braid::cli {

/// What `--function row-kernels` takes besides.
static void addKernels(CLI::App &command, driver::BenchKernelsOptions &options) {
  command.add_option("--device", options.device, "emulator, cuda, cuda:1, …")->group("row-kernels");
  addEmulated(command, options.emulated);
  command.add_option("--of", options.functions, "derived programs whose launches are measured (grad,step)")
      ->delimiter(',')
      ->check(CLI::IsMember({"logits", "loss", "grad", "observe", "step", "accumulate"}))
      ->allow_extra_args(false)
      ->group("row-kernels");
  command.add_option("--kernel", options.kernel, "launches of this kernel alone")->group("row-kernels");
  command.add_option("--entries", options.entries, "launches over histories of so many entries alone")
      ->check(count(1))
      ->group("row-kernels");
  command.add_flag("!--no-cache", options.useCache, "compiles anew, past the compile cache")->group("row-kernels");
}

void addBench(CLI::App &app, Action &action) {
  auto options = std::make_shared<driver::BenchOptions>();
  auto kernels = std::make_shared<driver::BenchKernelsOptions>();
  CLI::App *command = app.add_subcommand(
      "bench", "Measures a program: compile time, seconds, memory, products alone; or its row kernels on a GPU");
  addModel(*command, options->model);
  addChoice(*command, "--function", options->function, {"step", "grad", "loss", "logits", "extend", "row-kernels"},
            "step: forward, backward, clipping, AdamW; row-kernels: the launches of kernels on a GPU, one by one");
  command->add_option("--batch", options->batch, "sequences")->check(count(1))->capture_default_str();
  command->add_option("--tokens", options->tokens, "tokens of a sequence")->check(count(1))->capture_default_str();
  command->add_option("--past", options->past, "of extend: tokens of each sequence before those")->check(count(0));
  command
      ->add_option("--reps", options->repetitions, "timed runs (of row kernels 50); 0: compiles and allocates nothing")
      ->check(count(0))
      ->capture_default_str();
  command->add_option("--warmup", options->warmup, "runs before them (of row kernels 5)")
      ->check(count(0))
      ->capture_default_str();
  command->add_option("--json", options->json, "file for the results, or - for standard output")->type_name("FILE");
  command->add_flag("--profile", options->profile, "also lists the time of every kernel and product");
  addDevice(*command, options->how);
  addKernels(*command, *kernels);
  command->callback([&action, options, kernels, command] {
    bool isKernels = options->function == "row-kernels";
    for (const CLI::Option *option : command->get_options())
      if (!isKernels && option->count() && option->get_group() == "row-kernels")
        throw CLI::ValidationError(option->get_name(), "is for `--function row-kernels`");
    if (options->past && options->function != "extend")
      throw CLI::ValidationError("--past", "is for `--function extend`, which goes on with what came before");
    if (!isKernels) {
      action = [options](driver::Console &console) { return driver::bench(*options, console); };
      return;
    }
    if (!command->count("--device"))
      throw CLI::RequiredError("--device (cuda or emulator)");
    checkEmulated(*command, kernels->device);
    if (options->profile || (command->count("--reps") && options->repetitions == 0))
      throw CLI::ValidationError(options->profile ? "--profile" : "--reps", options->profile
                                                                                ? "row kernels are listed one by one"
                                                                                : "row kernels run at least once");
    kernels->model = options->model;
    kernels->how = options->how;
    kernels->batch = options->batch;
    kernels->tokens = options->tokens;
    kernels->json = options->json;
    if (command->count("--reps"))
      kernels->repetitions = options->repetitions;
    if (command->count("--warmup"))
      kernels->warmup = options->warmup;
    action = [kernels](driver::Console &console) { return driver::benchKernels(*kernels, console); };
  });
}

} // namespace braid::cli
