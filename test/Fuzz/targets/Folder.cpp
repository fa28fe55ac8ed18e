//===- Folder.cpp - any files in a training folder ------------------------===//
//
// An input holds the folder's files one after another, each behind a line `//--- NAME`; the
// program is always the same. The folder is read as `braid eval` and a run that goes on read it.
//
//===----------------------------------------------------------------------===//
#include "Require.h"
#include "Scratch.h"
#include "lib/Driver/Model.h"
#include "lib/Driver/Train/Metrics.h"
#include "lib/Driver/Train/Trainer.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"

using namespace braid;
using namespace braid::driver;
using fuzz::require;

static constexpr char program[] = "config { vocab = 4  dim = 2 }\n"
                                  "model m(tokens: id[vocab]) {\n"
                                  "  param embed: [vocab, dim] = normal(0.02)  decay on\n"
                                  "  param gain: [dim] = ones\n"
                                  "  return dot[dim](gain * embed[tokens], embed)\n"
                                  "}\n";

/// A file that is read: config.json, metrics.jsonl, checkpoint-NUMBER/…
static bool isName(llvm::StringRef name) {
  if (name == "config.json" || name == "metrics.jsonl")
    return true;
  auto [folder, file] = name.split('/');
  return folder.consume_front("checkpoint-") && !folder.empty() && folder.size() < 20 &&
         llvm::all_of(folder, llvm::isDigit) &&
         (file == "state.json" || file == "params.safetensors" || file == "optimizer.safetensors");
}

static void unpack(llvm::StringRef text, const std::string &folder) {
  constexpr llvm::StringLiteral mark = "//--- ";
  while (text.consume_front(mark)) {
    auto [name, rest] = text.split('\n');
    size_t end = rest.starts_with(mark) ? 0 : rest.find(("\n" + mark).str());
    bool last = end == llvm::StringRef::npos;
    if (isName(name))
      fuzz::scratchFile(folder + "/" + name.str(), rest.take_front(end));
    text = last ? "" : rest.drop_front(end + (rest[end] == '\n'));
  }
}

static TrainOptions options() {
  TrainOptions result;
  result.out = fuzz::scratchFolder() + "/run";
  result.model.path = fuzz::scratchFile("model.braid", program);
  result.data = fuzz::scratchFile("data.bin", llvm::StringRef("\0\0\1\0\2\0\3\0\0\0\1\0", 12));
  result.batch = 1;
  result.tokens = 2;
  result.maxSteps = 5;
  result.warmup = 1;
  result.how.threads = 1;
  return result;
}

/// A run of the program, as it is before it goes on from a checkpoint.
static Trainer &trainer() {
  static std::unique_ptr<Compilation> compilation = llvm::cantFail(Compilation::load(options().model));
  static std::unique_ptr<Trainer> made = llvm::cantFail(Trainer::create(*compilation, options()));
  return *made;
}

static bool good(llvm::Error error) { return !llvm::errorToBool(std::move(error)); }
template <typename T> static bool good(llvm::Expected<T> result) { return good(result.takeError()); }

static void evaluate(const std::string &folder, Console &console) {
  good(Model::load({folder, {}}, "", console));
  for (const char *name : {"tokens", "separator", "ignore"})
    if (auto setting = settingOf(folder, name, -1, -2, 7))
      require(*setting >= -1 && *setting <= INT32_MAX, "a setting is in its range");
    else
      llvm::consumeError(setting.takeError());
}

static void goOn(const std::string &folder, Console &console) {
  std::vector<std::string> skipped;
  auto checkpoint = rt::latestCheckpoint(folder, skipped);
  if (!checkpoint || !good(trainer().restore(*checkpoint)))
    return;
  require(trainer().step() == checkpoint->step, "a run goes on where the checkpoint ends");
  good(changedSettings(folder, options()));
  good(setAside(folder, trainer().step(), console));
  if (auto metrics = Metrics::open(folder, trainer().step())) {
    require(metrics->lastEvaluation() <= trainer().step(), "what is later than the checkpoint is dropped");
    trainer().setTokensDone(trainer().tokensDone().value_or(metrics->lastTokens()));
    require(good(metrics->add({trainer().step(), 1, 1, 1, 1, 1, metrics->lastSeconds(), metrics->lastTokens(), false})),
            "a step can be noted");
    require(good(metrics->drawCurve()), "the curve can be drawn");
  } else {
    llvm::consumeError(metrics.takeError());
  }
  trainer().skip();
  require(good(trainer().save()), "a checkpoint can be saved");
  auto saved = rt::loadCheckpoint(rt::checkpointPath(folder, trainer().step()));
  require(saved.ok() && saved->step == trainer().step() && saved->params.tensors.size() == 2,
          "what was saved can be read");
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Console console{llvm::nulls(), llvm::nulls(), false, false, false, {}};
  (void)trainer();
  std::string folder = options().out;
  llvm::sys::fs::remove_directories(folder);
  fuzz::scratchFile("run/model.braid", program);
  unpack(fuzz::textOf(data, size), "run");
  evaluate(folder, console);
  goOn(folder, console);
  return 0;
}
