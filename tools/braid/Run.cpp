//===- Run.cpp - braid run ------------------------------------------------===//
#include "tools/braid/Cli.h"

namespace braid::cli {

static bool isDevice(const std::string &name) {
  if (name.rfind("cuda:", 0) == 0)
    return name.size() > 5 && name.size() < 9 && name.find_first_not_of("0123456789", 5) == std::string::npos;
  return name == "cpu" || name == "reference" || name == "emulator" || name == "cuda";
}

/// What `--function row-kernels` takes instead of parameters and tensors.
static void addRowKernels(CLI::App &command, driver::RowKernelsOptions &options) {
  auto add = [&](const std::string &flag, auto &value, const std::string &help) {
    return command.add_option(flag, value, help)->capture_default_str()->group("row-kernels");
  };
  add("--kernel", options.kernel, "this kernel alone");
  addEmulated(command, options.emulated);
  add("--json", options.json, "file for the results, or - for standard output")->type_name("FILE");
  add("--rows", options.rows, "rows of a launch; 0: so many that every path of the code is taken")->check(count(0));
  add("--time", options.time, "rows of a sequence")->check(count(1));
  add("--entries", options.entries,
      "entries of a history, and the size of the last other dynamic axis; 0: as the programs have them")
      ->check(count(0, 65536));
  add("--tokens", options.tokens, "tokens of sums by id; 0: as many as rows, at least 300")->check(count(0));
  add("--blocks", options.blocks, "blocks of the grid; 0: 2 on the emulator, several and more than fit on a GPU")
      ->check(count(0));
  command.add_flag("!--no-cache", options.useCache, "compiles anew, past the compile cache")->group("row-kernels");
  command
      .add_flag("--traffic", options.traffic, "emulator: every byte moved must be that of the bound; shown beside it")
      ->group("row-kernels");
  add("--code", options.code, "a module in stage nvvm whose kernels run in place of what is compiled")
      ->type_name("FILE");
  add("--tolerance", options.tolerance, "error allowed, relative to each number, beside what fp32 arithmetic loses")
      ->check(positive());
}

void addRun(CLI::App &app, Action &action) {
  auto options = std::make_shared<driver::RunOptions>();
  auto notEmpty = [](const std::string &text) { return text.empty() ? std::string("is empty") : std::string(); };
  auto kernels = std::make_shared<driver::RowKernelsOptions>();
  CLI::App *command = app.add_subcommand("run", "Runs one program of a model: tensors in, tensors out");
  addModel(*command, options->model);
  addChoice(*command, "--function", options->function, {"logits", "loss", "grad", "observe", "extend", "row-kernels"},
            "the program; row-kernels: every kernel of all programs on random numbers, against the interpreter");
  command->add_option("--device", options->device, "where: cpu or reference; row-kernels: emulator, cuda, cuda:1, …")
      ->check([](const std::string &name) {
        return isDevice(name)
                   ? ""
                   : "there is no device `" + name + "`; there are cpu, reference, emulator, cuda, cuda:1, …";
      })
      ->capture_default_str();
  command->add_option("--params", options->params,
                      "parameters (safetensors); a training folder's newest, or initial values, if absent");
  command->add_option("--inputs", options->inputs, "inputs (safetensors), named as the model's arguments");
  command->add_option("-o,--output", options->output, "results (safetensors)");
  command
      ->add_option("--state", options->state,
                   "what a run on earlier tokens of the sequences left: this one goes on, and sends it no gradients")
      ->check(notEmpty)
      ->type_name("FILE");
  command->add_option("--state-out", options->stateOut, "file for what these tokens leave; may be that of --state")
      ->check(notEmpty)
      ->type_name("FILE");
  addDevice(*command, options->how);
  command->add_option("--step", options->how.step, "step of the optimiser, for random draws")->check(nonNegative());
  addRowKernels(*command, *kernels);
  command->callback([&action, options, kernels, command] {
    bool isKernels = options->function == "row-kernels",
         isForCPU = options->device == "cpu" || options->device == "reference";
    if (isKernels == isForCPU)
      throw CLI::ValidationError(
          "--device", isKernels
                          ? "row kernels are code for GPUs: give `--device emulator` or `--device cuda`"
                          : "`" + options->device +
                                "` runs row kernels only (`--function row-kernels`); programs run on cpu or reference");
    bool going = command->count("--state") || command->count("--state-out") || options->function == "extend";
    if (going && isKernels)
      throw CLI::ValidationError(command->count("--state") ? "--state" : "--state-out",
                                 "goes with programs, not with row kernels");
    if (going && options->device == "reference")
      throw CLI::ValidationError("--device", "the reference runs whole texts: it has no state to go on from");
    for (const CLI::Option *option : command->get_options())
      if (!isKernels && option->count() && option->get_group() == "row-kernels")
        throw CLI::ValidationError(option->get_name(), "is for `--function row-kernels`");
    if (kernels->traffic && options->device != "emulator")
      throw CLI::ValidationError("--traffic", "bytes are counted on the emulator: give `--device emulator`");
    checkEmulated(*command, options->device);
    if (isKernels) {
      for (const char *flag : {"--params", "--inputs", "--output", "--step"})
        if (command->count(flag))
          throw CLI::ValidationError(flag, "row kernels take random numbers and write no tensors");
      kernels->model = options->model;
      kernels->how = options->how;
      kernels->device = options->device;
      action = [kernels](driver::Console &console) { return driver::runRowKernels(*kernels, console); };
      return;
    }
    if (options->inputs.empty())
      throw CLI::RequiredError("--inputs");
    if (options->output.empty())
      throw CLI::RequiredError("--output");
    action = [options](driver::Console &console) { return driver::run(*options, console); };
  });
}

} // namespace braid::cli
