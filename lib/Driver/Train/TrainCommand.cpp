//===- TrainCommand.cpp - braid train: sets a run up, or goes on with one -===//
#include "FolderLock.h"
#include "Trainer.h"
#include "braid/Driver/Machine.h"
#include "braid/Driver/Text.h"
#include "dialects/Braid/IR/Braid.h"
#include "llvm/Support/FileSystem.h"

namespace braid::driver {

/// `--group name:lr=0.5` and `name:decay=0` as attributes of the group's parameters, before anything is derived.
static llvm::Error applyGroups(mlir::ModuleOp module, const std::vector<std::string> &groups) {
  for (const std::string &text : groups) {
    auto [name, setting] = llvm::StringRef(text).split(':');
    auto [key, number] = setting.split('=');
    double value = 0;
    if (name.empty() || (key != "lr" && key != "decay") || number.getAsDouble(value) || value < 0)
      return makeError("`" + text + "` is not of the form NAME:lr=NUMBER or NAME:decay=0|1");
    bool found = false;
    for (auto parameter : module.getOps<lang::ParameterOp>()) {
      if (parameter.getGroup() != name)
        continue;
      found = true;
      if (key == "lr")
        parameter.setLrAttr(mlir::Builder(module.getContext()).getF64FloatAttr(value));
      else
        parameter.setDecay(value != 0);
    }
    if (!found)
      return makeError("no parameter of the model is in the group `" + name + "`");
  }
  return llvm::Error::success();
}

/// A module without its places.
static std::string mlirText(mlir::ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream os(text);
  module.print(os);
  return text;
}

/// Says so where a step is named of which there is no checkpoint.
static llvm::Error checkResume(const TrainOptions &options) {
  if (options.resume == "never" || options.resume == "auto")
    return llvm::Error::success();
  std::string there;
  for (int64_t step : rt::checkpointSteps(options.out)) {
    if (std::to_string(step) == options.resume)
      return llvm::Error::success();
    there += (there.empty() ? "there are those of " : ", ") + std::to_string(step);
  }
  return makeError("`" + options.out + "` has no checkpoint of step " + options.resume + "; " +
                   (there.empty() ? "it has none at all" : there));
}

/// The checkpoint to go on from, if any.
static llvm::Expected<std::optional<rt::Checkpoint>> chooseCheckpoint(const TrainOptions &options, Console &console) {
  if (options.resume == "never")
    return std::nullopt;
  if (options.resume == "auto") {
    std::vector<std::string> skipped;
    auto newest = rt::latestCheckpoint(options.out, skipped);
    for (const std::string &reason : skipped)
      warn(console, reason);
    return newest;
  }
  int64_t step = 0;
  if (llvm::StringRef(options.resume).getAsInteger(10, step))
    return makeError("`" + options.resume + "` is not a step");
  auto checkpoint = rt::loadCheckpoint(rt::checkpointPath(options.out, step));
  if (!checkpoint)
    return makeError(checkpoint.message());
  return std::optional<rt::Checkpoint>(std::move(*checkpoint));
}

/// Says what keeps a resumed run from making the bits of an uninterrupted one: what the checkpoint was made with.
static void compareCheckpoint(const rt::Checkpoint &checkpoint, const TrainOptions &o, int threads, Console &console) {
  const std::pair<const char *, std::string> now[] = {{"seed", std::to_string(o.how.seed)},
                                                      {"batch", std::to_string(o.batch)},
                                                      {"tokens", std::to_string(o.tokens)},
                                                      {"separator", std::to_string(o.separator)},
                                                      {"ignore", std::to_string(o.ignore)},
                                                      {"accumulate", std::to_string(o.accumulate)},
                                                      {"dtype", o.how.bf16 ? "bf16" : "fp32"},
                                                      {"threads", std::to_string(threads)},
                                                      {"order", o.order}};
  for (const auto &[name, value] : now) {
    auto then = checkpoint.state.find(name);
    if (then != checkpoint.state.end() && then->second != value)
      warn(console,
           llvm::Twine(name) + " was " + then->second + " when the checkpoint was made and is " + value + " now");
  }
}

/// The same of what only the folder knows of its last run: the program and the other settings.
static llvm::Error compareFolder(Compilation &compilation, const std::string &program, const TrainOptions &options,
                                 Console &console) {
  auto changed = changedSettings(options.out, options);
  if (!changed)
    return changed.takeError();
  for (const std::string &text : *changed)
    warn(console, text);
  // A comment or another layout is no other program.
  auto before = Compilation::load(ModelArgs{options.out, {}});
  if (!before) {
    llvm::consumeError(before.takeError());
    warn(console, "the program of the folder's last run cannot be read, and is replaced");
  } else if (std::string text = mlirText((*before)->module());
             text != program && text != mlirText(compilation.module())) {
    // (A module is saved with its groups' settings, a program without.)
    warn(console,
         "the program has changed since the folder's last run; the checkpoint's parameters fit it and are taken");
  }
  return llvm::Error::success();
}

static llvm::Expected<int> run(const TrainOptions &options, Interrupt &interrupt, Console &console) {
  auto loaded = Compilation::load(options.model, &console);
  if (!loaded)
    return loaded.takeError();
  // What is cheap to refuse is refused before anything is compiled.
  if (llvm::Error error = checkResume(options))
    return std::move(error);
  Compilation &compilation = **loaded;
  std::string program = mlirText(compilation.module());
  if (llvm::Error error = applyGroups(compilation.module(), options.groups))
    return std::move(error);
  auto trainer = Trainer::create(compilation, options);
  if (!trainer)
    return trainer.takeError();
  Trainer &t = **trainer;
  double peak = measurePeak(options.how.bf16, options.how.threads);
  int64_t bytes = printRun(t, options, peak, console);
  if (options.dryRun)
    return int(Success);
  // Before anything is written.
  if (int64_t machine = describeMachine().virtualBytes; machine > 0 && bytes > machine)
    return makeError("the run needs " + bytesText(double(bytes)) + ", and this machine has " +
                     bytesText(double(machine)) +
                     " with its swap; give a smaller `--batch`, with `--accumulate` for as many tokens in a step, or "
                     "smaller `--tokens`");

  if (std::error_code code = llvm::sys::fs::create_directories(options.out, true, llvm::sys::fs::all_all))
    return makeError("cannot make the folder `" + options.out + "`: " + code.message());
  auto lock = FolderLock::take(options.out);
  if (!lock)
    return lock.takeError();
  rt::removeLeftovers(options.out);
  auto checkpoint = chooseCheckpoint(options, console);
  if (!checkpoint)
    return checkpoint.takeError();
  if (*checkpoint) {
    if (llvm::Error error = t.restore(**checkpoint))
      return makeError(llvm::toString(std::move(error)) +
                       "; to train another model give another `--out`, or `--resume never` to begin this one anew");
    compareCheckpoint(**checkpoint, options, t.session().program().threads(), console);
    if (llvm::Error error = compareFolder(compilation, program, options, console))
      return std::move(error);
    console.out << "resuming after step " << t.step() << "\n";
  }
  if (llvm::Error error = setAside(options.out, t.step(), console))
    return std::move(error);
  if (llvm::Error error = saveModel(options.out, compilation, options))
    return std::move(error);
  return trainLoop(t, options, peak, interrupt, console);
}

int train(const TrainOptions &options, Console &console) {
  // Before any other thread is made.
  Interrupt interrupt;
  // What is read by nobody any more (`| head`) is not what the run is for.
  std::signal(SIGPIPE, SIG_IGN);
  llvm::Expected<int> code = run(options, interrupt, console);
  return code ? *code : fail(console, code.takeError());
}

} // namespace braid::driver
