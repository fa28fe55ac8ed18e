//===- Data.cpp - braid data ----------------------------------------------===//
#include "tools/braid/Cli.h"

namespace braid::cli {

void addData(CLI::App &app, Action &action) {
  auto options = std::make_shared<driver::DataOptions>();
  CLI::App *command = app.add_subcommand("data", "Turns text files into files of byte tokens");
  command->add_option("FILE", options->inputs, "texts, in order; - for standard input")->required();
  command
      ->add_option("-o,--output", options->output,
                   "folder for train.bin and val.bin, or one file (.bin) for all of the text")
      ->required();
  command->add_option("--validation-output", options->validationOutput,
                      "with one file: a second one for the last part of the text");
  command->add_option("--validation", options->validation, "that part")
      ->check(between(0.0, 0.9))
      ->capture_default_str();
  bind(*command, action, options, driver::data);
}

} // namespace braid::cli
