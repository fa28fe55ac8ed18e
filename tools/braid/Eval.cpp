//===- Eval.cpp - braid eval ----------------------------------------------===//
#include "tools/braid/Cli.h"

namespace braid::cli {

void addEval(CLI::App &app, Action &action) {
  auto options = std::make_shared<driver::EvalOptions>();
  CLI::App *command = app.add_subcommand("eval", "Measures the loss on a file of tokens");
  addModel(*command, options->model, "a model, or a training folder");
  command->add_option("--data", options->data, "tokens (.bin)")->required();
  addTokenWidth(*command, options->tokenWidth);
  command->add_option("--params", options->params,
                      "parameters (safetensors, or a checkpoint's folder); a folder's newest if absent");
  command->add_option("--batch", options->batch, "sequences at a time")->check(count(1))->capture_default_str();
  command->add_option("--tokens", options->tokens, "tokens of a sequence; 0: as in training, or 256")->check(count(0));
  command
      ->add_option("--ignore", options->ignore, "the token that is not counted as a target; as in training if absent")
      ->check(count(0))
      ->type_name("ID");
  command
      ->add_option("--separator", options->separator,
                   "the token that opens a document, for models that take `document`; as in training if absent")
      ->check(count(0))
      ->type_name("ID");
  addChoice(*command, "--order", options->order, {"windows", "stream"},
            "windows, each a text of its own; or stream, the file as one text that goes on from window to window");
  command->add_option("--batches", options->batches, "how many batches, spread over the file; 0: the whole file once")
      ->check(count(0));
  command
      ->add_option("--observe", options->observe,
                   "also shows the mean over tokens of what is observed under this name, by site")
      ->type_name("NAME");
  command->add_flag("--json", options->json, "writes one JSON object");
  addDevice(*command, options->how);
  command->callback([&action, options, command] {
    for (const char *flag : {"--batch", "--batches", "--observe"})
      if (options->order == "stream" && command->count(flag))
        throw CLI::ValidationError(flag, "goes with `--order windows`: a stream is one text from end to end");
    action = [options](driver::Console &console) { return driver::eval(*options, console); };
  });
}

} // namespace braid::cli
