//===- Format.cpp - braid fmt ---------------------------------------------===//
#include "tools/braid/Cli.h"

namespace braid::cli {

void addFormat(CLI::App &app, Action &action) {
  auto options = std::make_shared<driver::FormatOptions>();
  CLI::App *command = app.add_subcommand("fmt", "Prints programs in their one layout");
  command->add_option("FILE", options->files, "programs; - for standard input")->required();
  auto *check = command->add_flag("--check", options->check, "changes nothing; fails if a file is laid out otherwise");
  command->add_flag("-i,--in-place", options->inPlace, "rewrites the files")->excludes(check);
  bind(*command, action, options, driver::format);
}

} // namespace braid::cli
