//===- Cache.cpp - braid cache --------------------------------------------===//
#include "tools/braid/Cli.h"

namespace braid::cli {

void addCache(CLI::App &app, Action &action) {
  auto options = std::make_shared<driver::CacheOptions>();
  CLI::App *command = app.add_subcommand("cache", "Shows or clears the cache of compiled GPU kernels");
  command->add_option("ACTION", options->action, "path, list or clear")
      ->check(CLI::IsMember({"path", "list", "clear"}))
      ->capture_default_str();
  bind(*command, action, options, driver::cache);
}

} // namespace braid::cli
