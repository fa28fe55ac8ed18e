//===- TrainTables.cpp - what a run is about to do ------------------------===//
#include "TokenData.h"
#include "Trainer.h"
#include "braid/Driver/Machine.h"
#include "braid/Driver/Text.h"

namespace braid::driver {

static void printSettings(Trainer &trainer, const TrainOptions &o, double peak, llvm::raw_ostream &os) {
  const ModelInfo &model = trainer.session().model();
  int64_t decayed = 0;
  for (const ParameterInfo &parameter : model.parameters)
    decayed += parameter.decay ? parameter.numbers : 0;
  Table table;
  table.add({"model", model.name + ", " + grouped(model.numbers()) + " parameters (" + grouped(decayed) +
                          " with weight decay)"});
  table.add({"compiled", durationText(trainer.session().compileSeconds) + ", " + (o.how.bf16 ? "bf16" : "fp32") + ", " +
                             workingThreads(trainer.session().program().threads())});
  table.add({"data", o.data + ", " + describeTokens(trainer.file())});
  if (trainer.evaluates())
    table.add({"validation", o.validation + ", " + describeTokens(trainer.validationFile())});
  table.add({"step", std::to_string(o.batch) + " x " + std::to_string(o.tokens) + " tokens" +
                         (o.accumulate > 1 ? " x " + std::to_string(o.accumulate) : "") + " = " +
                         grouped(trainer.tokensPerStep())});
  if (const Streams *streams = trainer.going())
    table.add({"texts", "stream: " + std::to_string(streams->parts()) + " parts of " + grouped(streams->windows()) +
                            (streams->windows() == 1 ? " window" : " windows") + ", each with what those before left"});
  if (o.ignore >= 0)
    table.add({"not counted", "targets that are token " + std::to_string(o.ignore)});
  if (o.separator >= 0)
    table.add({"documents", "opened by token " + std::to_string(o.separator)});
  std::string length = o.maxSteps > 0 ? grouped(o.maxSteps) + " steps" : "";
  if (o.maxSeconds > 0)
    length += (length.empty() ? "" : ", at most ") + durationText(o.maxSeconds);
  table.add({"length", length});
  table.add({"learning rate", general(o.lr) + ", " + std::to_string(o.warmup) + " steps of warm-up" +
                                  (o.maxSteps > 0 ? ", cosine to " + general(o.lr * o.minLrRatio) : "")});
  table.add({"AdamW", "betas " + general(o.beta1) + " " + general(o.beta2) + ", epsilon " + general(o.epsilon) +
                          ", weight decay " + general(o.weightDecay) + ", clip " + general(o.clip)});
  table.add({"seed", std::to_string(o.how.seed)});
  if (peak > 0)
    table.add({"products", siText(trainer.flopsPerStep(), "FLOP") + " a step; " + siText(peak, "FLOP/s") + " measured" +
                               // Which pairs of tokens are visible is in the data; `mfu` does not look at it.
                               (o.separator >= 0 ? "; attention as if a window were one document" : "")});
  table.print(os, "  ");
}

static int64_t printMemory(Trainer &trainer, const TrainOptions &o, Console &console) {
  Session &session = trainer.session();
  Table table({"memory", "bytes"}, {1});
  int64_t total = 0;
  auto add = [&](const char *name, int64_t bytes) {
    if (bytes)
      table.add({name, bytesText(double(bytes))});
    total += bytes;
  };
  add("parameters", session.bytesOf(BRAID_PARAMETER));
  add("gradients", session.bytesOf(BRAID_GRADIENT) + session.bytesOf(BRAID_ACCUMULATED));
  add("moments", session.bytesOf(BRAID_MOMENT_1) + session.bytesOf(BRAID_MOMENT_2));
  add("activations and workspace", session.arenaBytes(o.batch, o.tokens));
  if (const Streams *streams = trainer.going())
    add("what texts remember", streams->bytes(session.program()));
  add("inputs and outputs", session.bytesOf(BRAID_INPUT) + session.bytesOf(BRAID_OUTPUT));
  table.add({"in all", bytesText(double(total))});
  table.print(console.out, "  ");
  int64_t machine = describeMachine().memoryBytes;
  if (machine > 0 && total > machine)
    warn(console, "this is more than the machine's " + bytesText(double(machine)));
  return total;
}

static void printParameters(const ModelInfo &model, llvm::raw_ostream &os) {
  // By the first two names of a path: a block is a line.
  std::vector<std::pair<std::string, std::pair<int64_t, int64_t>>> groups;
  for (const ParameterInfo &parameter : model.parameters) {
    llvm::StringRef path(parameter.path);
    auto [first, rest] = path.split('.');
    auto [second, further] = rest.split('.');
    std::string name = further.empty() ? first.str() : (first + "." + second).str();
    if (groups.empty() || groups.back().first != name)
      groups.push_back({name, {0, 0}});
    groups.back().second.first += 1;
    groups.back().second.second += parameter.numbers;
  }
  Table table({"parameters", "tensors", "numbers"}, {1, 2});
  for (const auto &[name, counts] : groups)
    table.add({name, std::to_string(counts.first), grouped(counts.second)});
  table.print(os, "  ");
}

int64_t printRun(Trainer &trainer, const TrainOptions &options, double peakFlops, Console &console) {
  printSettings(trainer, options, peakFlops, console.out);
  console.out << "\n";
  printParameters(trainer.session().model(), console.out);
  console.out << "\n";
  int64_t bytes = printMemory(trainer, options, console);
  console.out << "\n";
  console.out.flush();
  if (options.maxSteps > 0 && options.warmup >= options.maxSteps)
    warn(console, "the warm-up of " + llvm::Twine(options.warmup) +
                      " steps (`--warmup`) is as long as the run: the learning rate only rises");
  return bytes;
}

} // namespace braid::driver
