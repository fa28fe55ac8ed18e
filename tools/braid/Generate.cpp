//===- Generate.cpp - braid generate --------------------------------------===//
#include "tools/braid/Cli.h"

namespace braid::cli {

void addGenerate(CLI::App &app, Action &action) {
  auto options = std::make_shared<driver::GenerateOptions>();
  CLI::App *command = app.add_subcommand("generate", "Continues a text, byte by byte");
  addModel(*command, options->model, "a training folder, or a model");
  command->add_option("--params", options->params, "parameters (safetensors, or a checkpoint's folder); a folder's newest if absent");
  command->add_option("--prompt", options->prompt, "the text to continue")->required();
  command->add_option("--max-tokens", options->maxTokens, "tokens to add")->check(count(0))->capture_default_str();
  command->add_option("--context", options->context, "tokens that the model sees at most; 0: as many as in training")->check(count(0));
  command->add_option("--separator", options->separator, "the token that opens a document, for models that take `document`; as in training if absent")->check(count(0))->type_name("ID");
  command->add_option("--temperature", options->temperature, "0: always the likeliest token")->check(nonNegative())->capture_default_str();
  command->add_option("--top-k", options->topK, "only the k likeliest tokens; 0: all")->check(count(0));
  command->add_option("--top-p", options->topP, "only the likeliest tokens that make up this probability")->check(between(0.0, 1.0))->capture_default_str();
  addDevice(*command, options->how);
  bind(*command, action, options, driver::generate);
}

} // namespace braid::cli
