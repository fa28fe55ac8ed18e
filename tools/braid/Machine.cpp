//===- Machine.cpp - braid devices, doctor, version -----------------------===//
#include "tools/braid/Cli.h"

namespace braid::cli {

void addMachine(CLI::App &app, Action &action) {
  auto options = std::make_shared<driver::DevicesOptions>();
  CLI::App *devices = app.add_subcommand("devices", "Lists what programs can run on here");
  devices->add_flag("--json", options->json, "writes one JSON object");
  bind(*devices, action, options, driver::devices);
  app.add_subcommand("doctor", "Checks this installation: compiles and runs a small program, compares it with the reference")
      ->callback([&action] { action = driver::doctor; });
  app.add_subcommand("version", "Prints versions")->callback([&action] { action = driver::version; });
}

} // namespace braid::cli
