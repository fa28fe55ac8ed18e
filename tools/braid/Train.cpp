//===- Train.cpp - braid train --------------------------------------------===//
#include "tools/braid/Cli.h"
#include <cmath>

namespace braid::cli {

/// `90`, `90s`, `15m`, `2h` as seconds.
static double seconds(const std::string &text) {
  size_t used = 0;
  double value = -1;
  try {
    value = std::stod(text, &used);
  } catch (const std::exception &) {
  }
  std::string unit = !(value > 0) || !std::isfinite(value) ? "?" : text.substr(used);
  double factor = unit.empty() || unit == "s" ? 1 : unit == "m" || unit == "min" ? 60 : unit == "h" ? 3600 : -1;
  if (factor < 0)
    throw CLI::ValidationError("--max-time", "`" + text + "` is not a time such as 90, 90s, 15m or 2h");
  return value * factor;
}

static void addSchedule(CLI::App &command, driver::TrainOptions &o) {
  const char *group = "Length and learning rate";
  command.add_option("--max-steps", o.maxSteps, "optimiser steps in all")
      ->check(count(0, int64_t(1) << 40))
      ->group(group);
  command
      .add_option_function<std::string>(
          "--max-time", [&o](const std::string &text) { o.maxSeconds = seconds(text); },
          "stops, with a checkpoint, after this time (90s, 15m, 2h)")
      ->type_name("TIME")
      ->group(group);
  command.add_option("--lr", o.lr, "largest learning rate")->check(nonNegative())->capture_default_str()->group(group);
  command.add_option("--warmup", o.warmup, "steps to reach it")->check(count(0))->capture_default_str()->group(group);
  command.add_option("--min-lr-ratio", o.minLrRatio, "what is left of it at the end, by a cosine")
      ->check(between(0.0, 1.0))
      ->capture_default_str()
      ->group(group);
}

static void addOptimiser(CLI::App &command, driver::TrainOptions &o) {
  const char *group = "Optimiser (AdamW)";
  command.add_option("--weight-decay", o.weightDecay, "of the parameters that declare decay")
      ->check(nonNegative())
      ->capture_default_str()
      ->group(group);
  command
      .add_option("--group", o.groups,
                  "for the parameters of a group: NAME:lr=FACTOR or NAME:decay=0|1; may be repeated")
      ->type_name("NAME:KEY=VALUE")
      ->allow_extra_args(false)
      ->take_all()
      ->group(group);
  command.add_option("--clip", o.clip, "largest norm of the gradient; 0: any")
      ->check(nonNegative())
      ->capture_default_str()
      ->group(group);
  command.add_option("--beta1", o.beta1, "decay of the mean of gradients")
      ->check(between(0.0, 0.999999))
      ->capture_default_str()
      ->group(group);
  command.add_option("--beta2", o.beta2, "decay of the mean of their squares")
      ->check(between(0.0, 0.999999))
      ->capture_default_str()
      ->group(group);
  command.add_option("--epsilon", o.epsilon, "added to the root of that mean")
      ->check(positive())
      ->capture_default_str()
      ->group(group);
}

static void addReports(CLI::App &command, driver::TrainOptions &o) {
  const char *group = "Reports and checkpoints";
  command.add_option("--log-every", o.logEvery, "steps between lines")
      ->check(count(1))
      ->capture_default_str()
      ->group(group);
  command.add_option("--eval-every", o.evalEvery, "steps between evaluations; 0: none")
      ->check(count(0))
      ->capture_default_str()
      ->group(group);
  command.add_option("--eval-batches", o.evalBatches, "batches of one, spread over the file")
      ->check(count(1))
      ->capture_default_str()
      ->group(group);
  command.add_option("--checkpoint-every", o.checkpointEvery, "steps between checkpoints; 0: only at the end")
      ->check(count(0))
      ->capture_default_str()
      ->group(group);
  command.add_option("--keep", o.keep, "newest checkpoints kept; 0: all")
      ->check(count(0))
      ->capture_default_str()
      ->group(group);
  command.add_option("--resume", o.resume, "auto: from the newest checkpoint of the folder, if any; never; or a step")
      ->check([](const std::string &text) {
        bool step = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
        return text == "auto" || text == "never" || step ? std::string()
                                                         : "`" + text + "` is not auto, never or a step";
      })
      ->type_name("auto|never|STEP")
      ->capture_default_str()
      ->group(group);
  command.add_option("--on-non-finite", o.onNonFinite, "when a loss or gradient is not finite: stop, or skip the step")
      ->check(CLI::IsMember({"stop", "skip"}))
      ->capture_default_str()
      ->group(group);
  command.add_flag("--dry-run", o.dryRun, "prints the tables and stops before the first step")->group(group);
}

void addTrain(CLI::App &app, Action &action) {
  auto options = std::make_shared<driver::TrainOptions>();
  CLI::App *command = app.add_subcommand("train", "Trains a model on a file of tokens");
  addModel(*command, options->model);
  command->add_option("--data", options->data, "tokens to train on (.bin)")->required();
  command->add_option("--validation", options->validation, "tokens to evaluate on (.bin)");
  addTokenWidth(*command, options->tokenWidth);
  command->add_option("--out", options->out, "folder for checkpoints, metrics and the model")->required();
  command->add_option("--batch", options->batch, "sequences of one gradient")->check(count(1))->capture_default_str();
  command->add_option("--tokens", options->tokens, "tokens of a sequence")->check(count(1))->capture_default_str();
  command
      ->add_option("--separator", options->separator,
                   "the token that opens a document, for models that take `document`")
      ->check(count(0))
      ->type_name("ID");
  command->add_option("--ignore", options->ignore, "the token that is not counted as a target, for example padding")
      ->check(count(0))
      ->type_name("ID");
  command->add_option("--accumulate", options->accumulate, "gradients of one step")
      ->check(count(1))
      ->capture_default_str();
  addChoice(*command, "--order", options->order, {"windows", "stream"},
            "windows from anywhere in the data; or stream: every row reads a part of it window after window, with what "
            "those before left");
  command
      ->add_option("--context", options->context,
                   "of a stream: texts have at most so many tokens; 0: any number, where memory of them is bounded")
      ->check(count(0));
  addDevice(*command, options->how);
  addSchedule(*command, *options);
  addOptimiser(*command, *options);
  addReports(*command, *options);
  command->final_callback([options] {
    if (options->context && options->order != "stream")
      throw CLI::ValidationError("--context", "goes with `--order stream`; windows have `--tokens` tokens");
    if (options->maxSteps <= 0 && options->maxSeconds <= 0)
      throw CLI::ValidationError("--max-steps", "give --max-steps, --max-time or both");
  });
  command->parse_complete_callback([&action, options] {
    action = [options](driver::Console &console) { return driver::train(*options, console); };
  });
}

} // namespace braid::cli
