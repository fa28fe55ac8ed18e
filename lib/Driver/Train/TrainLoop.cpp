//===- TrainLoop.cpp - the steps of a run ---------------------------------===//
//
// Whatever ends the run (its last step, the time limit, a signal, numbers that are
// not finite, a disk that is full), the newest state that is sound is on disk, or the
// message says why it is not.
//
//===----------------------------------------------------------------------===//
#include "LearningRate.h"
#include "Progress.h"
#include "Trainer.h"
#include "braid/Driver/Text.h"
#include <chrono>
#include <cmath>
#include <cstring>

namespace braid::driver {

namespace {

class Loop {
public:
  Loop(Trainer &trainer, const TrainOptions &options, double peak, Metrics metrics, Console &console)
      : trainer(trainer), options(options), peak(peak), metrics(std::move(metrics)), console(console),
        progress(console, trainer.step(), options.maxSteps, options.maxSeconds), saved(trainer.step()),
        lastEvaluation(this->metrics.lastEvaluation()), secondsBefore(this->metrics.lastSeconds()),
        start(Clock::now()) {
    if (!trainer.tokensDone())
      trainer.setTokensDone(this->metrics.lastTokens());
  }

  llvm::Error run(Interrupt &interrupt);

private:
  using Clock = std::chrono::steady_clock;
  double elapsed() const { return std::chrono::duration<double>(Clock::now() - start).count(); }
  bool finished() const { return options.maxSteps > 0 && trainer.step() >= options.maxSteps; }
  llvm::Error step();
  llvm::Error evaluate();
  llvm::Error save();
  llvm::Error end(const std::string &why, const std::string &advice = "");
  llvm::Error refuse(const Trainer::StepResult &result);

  Trainer &trainer;
  const TrainOptions &options;
  double peak;
  Metrics metrics;
  Console &console;
  Progress progress;
  int64_t saved, lastEvaluation;
  double secondsBefore; ///< of earlier runs in the folder
  Clock::time_point start;
};

llvm::Error Loop::save() {
  if (saved == trainer.step())
    return llvm::Error::success();
  if (llvm::Error error = trainer.save())
    return error;
  saved = trainer.step();
  return metrics.drawCurve();
}

llvm::Error Loop::evaluate() {
  lastEvaluation = trainer.step();
  llvm::Expected<double> loss = trainer.evaluate();
  if (!loss)
    return end(llvm::toString(loss.takeError()));
  if (!std::isfinite(*loss)) {
    std::string what = "step " + std::to_string(trainer.step()) +
                       ": the validation loss is not finite: the parameters hold, or lead to, numbers that are not";
    if (llvm::Error error = metrics.addEvaluation(trainer.step(), *loss, *loss))
      return error;
    if (options.onNonFinite != "skip")
      return end(what);
    progress.clear();
    warn(console, what);
    return llvm::Error::success();
  }
  double bits = *loss / std::log(2.0);
  progress.say("step " + std::to_string(trainer.step()) + "  validation loss " + general(*loss, 5) +
               (trainer.session().model().classes <= 256 ? "  bits per byte " : "  bits per token ") +
               general(bits, 4));
  return metrics.addEvaluation(trainer.step(), *loss, bits);
}

/// Ends the run for a reason that has left the parameters as they were after the newest step: they are saved.
llvm::Error Loop::end(const std::string &why, const std::string &advice) {
  int64_t at = trainer.step();
  if (at > 0)
    if (llvm::Error error = save())
      return llvm::joinErrors(makeError(why), std::move(error));
  return makeError(
      why + (at > 0 ? "; the parameters before it are kept in `" + rt::checkpointPath(options.out, at) + "`" : "") +
      advice);
}

/// A number is not finite. Unless it is a parameter's or a moment's, the step was not taken, and they are as before it.
llvm::Error Loop::refuse(const Trainer::StepResult &result) {
  std::string what = "step " + std::to_string(trainer.step() + 1) + ": " + result.culprit + " is not finite";
  if (result.lost)
    return makeError(what + " after it, and nothing of it is saved" +
                     (saved > 0 ? "; the newest checkpoint is `" + rt::checkpointPath(options.out, saved) + "`" : "") +
                     "; a lower --lr or a larger --epsilon may help");
  if (!result.halted) {
    progress.clear();
    warn(console, what + "; the step is left out");
    trainer.skip();
    StepMetrics m;
    m.step = trainer.step();
    m.loss = result.loss;
    m.lr = result.lr;
    m.tokens = *trainer.tokensDone();
    m.seconds = secondsBefore + elapsed();
    m.skipped = true;
    return metrics.add(m);
  }
  return end(what, options.onNonFinite == "skip"
                       ? "; more than " + std::to_string(mostSkipped) + " such steps in a row"
                       : "; a lower --lr, a longer --warmup or --on-non-finite skip may help");
}

llvm::Error Loop::step() {
  Clock::time_point before = Clock::now();
  llvm::Expected<Trainer::StepResult> result = trainer.train();
  if (!result)
    return end(llvm::toString(result.takeError()));
  if (!result->finite || result->lost)
    return refuse(*result);
  double seconds = std::chrono::duration<double>(Clock::now() - before).count();
  StepMetrics m;
  m.step = trainer.step();
  m.loss = result->loss;
  m.gradNorm = result->gradNorm;
  m.lr = result->lr;
  m.seconds = secondsBefore + elapsed();
  m.tokens = *trainer.tokensDone();
  m.tokensPerSecond = double(trainer.tokensPerStep()) / seconds;
  m.mfu = peak > 0 ? trainer.flopsPerStep() / seconds / peak : NAN;
  progress.step(m, elapsed(), m.step % options.logEvery == 0 || finished());
  return metrics.add(m);
}

llvm::Error Loop::run(Interrupt &interrupt) {
  interrupt.arm();
  const char *why = "";
  if (finished())
    progress.say("--max-steps " + std::to_string(options.maxSteps) +
                 " is reached already; a larger one goes on, --resume never begins anew");
  while (!finished()) {
    if (llvm::Error error = step())
      return error;
    if (trainer.evaluates() && options.evalEvery > 0 && trainer.step() % options.evalEvery == 0)
      if (llvm::Error error = evaluate())
        return error;
    if (options.checkpointEvery > 0 && trainer.step() % options.checkpointEvery == 0)
      if (llvm::Error error = save())
        return error;
    if (int signal = interrupt.signal()) {
      why = signal == SIGINT ? "interrupted" : signal == SIGHUP ? "the terminal is gone" : "asked to end";
      break;
    }
    if (options.maxSeconds > 0 && elapsed() >= options.maxSeconds) {
      why = "time is up";
      if (options.maxSteps > 0 && !finished())
        progress.say("the learning rate was on its way to step " + std::to_string(options.maxSteps) + " and is still " +
                     general(learningRate(options, trainer.step()), 3) + "; --max-steps " +
                     std::to_string(trainer.step()) + " would end it in this time");
      break;
    }
  }
  if (!*why && trainer.evaluates() && lastEvaluation != trainer.step())
    if (llvm::Error error = evaluate())
      return error;
  if (llvm::Error error = save())
    return error;
  progress.say(std::string(*why ? why : "done") + " after step " + std::to_string(trainer.step()) + "; checkpoint `" +
               rt::checkpointPath(options.out, trainer.step()) + "`");
  return llvm::Error::success();
}

} // namespace

int trainLoop(Trainer &trainer, const TrainOptions &options, double peak, Interrupt &interrupt, Console &console) {
  llvm::Expected<Metrics> metrics = Metrics::open(options.out, trainer.step());
  if (!metrics)
    return fail(console, metrics.takeError());
  Loop loop(trainer, options, peak, std::move(*metrics), console);
  if (llvm::Error error = loop.run(interrupt)) {
    if (console.errIsTerminal)
      console.err << "\r\033[K";
    return fail(console, std::move(error));
  }
  return Success;
}

} // namespace braid::driver
