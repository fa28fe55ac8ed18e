//===- Explain.cpp - braid explain ----------------------------------------===//
#include "tools/braid/Cli.h"

namespace braid::cli {

void addExplain(CLI::App &app, Action &action) {
  auto options = std::make_shared<driver::ExplainOptions>();
  CLI::App *command = app.add_subcommand(
      "explain", "Shows a program's schedule and traffic against the bound, or explains a diagnostic (B0107)");
  addModel(*command, options->model, "a model, or a diagnostic's code");
  addFunctions(*command, options->functions);
  addDtype(*command, options->bf16);
  command->add_option("--html", options->html, "writes a page with costs and schedule")->type_name("FILE");
  command->add_option("--dot", options->dot, "writes the plan as a graph (Graphviz)")->type_name("FILE");
  bind(*command, action, options, driver::explain);
}

} // namespace braid::cli
