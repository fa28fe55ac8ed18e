//===- Machine.cpp - braid devices, doctor, version -----------------------===//
#include "tools/braid/Cli.h"

namespace braid::cli {

void addMachine(CLI::App &app, Action &action) {
  auto options = std::make_shared<driver::DevicesOptions>();
  CLI::App *devices = app.add_subcommand("devices", "Lists what programs can run on here");
  devices->add_flag("--json", options->json, "writes one JSON object");
  bind(*devices, action, options, driver::devices);
  auto checks = std::make_shared<driver::DoctorOptions>();
  CLI::App *doctor = app.add_subcommand(
      "doctor", "Checks this machine and this installation, and says what to do about what is wrong");
  addChoice(*doctor, "--device", checks->device, {"cpu", "cuda"},
            "what must be usable; cuda: exit code 1 without a GPU");
  bind(*doctor, action, checks, driver::doctor);
  app.add_subcommand("version", "Prints versions")->callback([&action] { action = driver::version; });
}

} // namespace braid::cli
