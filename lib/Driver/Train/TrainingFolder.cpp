//===- TrainingFolder.cpp - what a run leaves behind ----------------------===//
#include "braid/Driver/TrainingFolder.h"
#include "braid/Driver/Compilation.h"
#include "braid/Driver/Text.h"
#include "braid/IO/InputFile.h"
#include "braid/IO/OutputFile.h"
#include "braid/Support/JsonDepth.h"
#include "lib/Driver/Inspect/Report.h"
#include "lib/Driver/OutputPaths.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

namespace braid::driver {

namespace fs = llvm::sys::fs;

static std::string inside(const std::string &folder, const llvm::Twine &name) {
  llvm::SmallString<256> path(folder);
  llvm::sys::path::append(path, name);
  return path.str().str();
}

llvm::Expected<std::string> savedModel(const std::string &folder) {
  for (const char *name : {"model.braid", "model.mlir"})
    if (fs::exists(inside(folder, name)))
      return inside(folder, name);
  return makeError("`" + folder + "` is a folder without a `model.braid`; `braid train` writes one");
}

static llvm::Error damaged(const std::string &folder, const llvm::Twine &what) {
  return makeError("`" + inside(folder, "config.json") + "` is damaged: " + what);
}

/// config.json, or an empty object where there is none. Its members `set` and `settings` are objects.
static llvm::Expected<llvm::json::Object> readConfig(const std::string &folder) {
  std::string file = inside(folder, "config.json");
  auto text = rt::readInput(file, 16 << 20);
  if (!text)
    return makeError(text.message());
  if (!*text)
    return llvm::json::Object();
  if (isTooDeepJson(**text))
    return damaged(folder, "it is nested too deep");
  auto value = llvm::json::parse(**text);
  if (!value)
    return damaged(folder, llvm::toString(value.takeError()));
  llvm::json::Object *object = value->getAsObject();
  if (!object)
    return damaged(folder, "it holds no object");
  for (const char *part : {"set", "settings"})
    if (object->get(part) && !object->getObject(part))
      return damaged(folder, llvm::Twine("`") + part + "` is no object");
  return std::move(*object);
}

llvm::Expected<std::vector<std::pair<std::string, std::string>>> savedOverrides(const std::string &folder) {
  auto config = readConfig(folder);
  if (!config)
    return config.takeError();
  std::vector<std::pair<std::string, std::string>> result;
  if (const llvm::json::Object *set = config->getObject("set"))
    for (const auto &[name, value] : *set) {
      auto text = value.getAsString();
      if (!text)
        return damaged(folder, "`set`: `" + name.str() + "` is no text");
      result.emplace_back(name.str(), text->str());
    }
  return result;
}

llvm::Expected<int64_t> settingOf(const std::string &folder, llvm::StringRef name, int64_t least, int64_t given,
                                  int64_t otherwise) {
  if (given >= std::max<int64_t>(least, 0))
    return given;
  auto config = readConfig(folder);
  if (!config)
    return config.takeError();
  const llvm::json::Object *settings = config->getObject("settings");
  const llvm::json::Value *value = settings ? settings->get(name) : nullptr;
  if (!value)
    return otherwise;
  auto number = value->getAsInteger();
  if (!number || *number < least || *number > INT32_MAX)
    return damaged(folder, "`settings`: `" + name + "` is no whole number from " + llvm::Twine(least) + " to " +
                               llvm::Twine(INT32_MAX));
  return *number;
}

llvm::json::Object settingsJson(const TrainOptions &o) {
  return llvm::json::Object{{"data", o.data},
                            {"validation", o.validation},
                            {"max_steps", o.maxSteps},
                            {"max_seconds", o.maxSeconds},
                            {"batch", o.batch},
                            {"tokens", o.tokens},
                            {"separator", o.separator},
                            {"ignore", o.ignore},
                            {"accumulate", o.accumulate},
                            {"order", o.order},
                            {"context", o.context},
                            {"dtype", o.how.bf16 ? "bf16" : "fp32"},
                            {"seed", o.how.seed},
                            {"threads", o.how.threads},
                            {"lr", o.lr},
                            {"min_lr_ratio", o.minLrRatio},
                            {"warmup", o.warmup},
                            {"weight_decay", o.weightDecay},
                            {"clip", o.clip},
                            {"beta1", o.beta1},
                            {"beta2", o.beta2},
                            {"epsilon", o.epsilon},
                            {"eval_every", o.evalEvery},
                            {"eval_batches", o.evalBatches},
                            {"checkpoint_every", o.checkpointEvery},
                            {"groups", llvm::json::Array(o.groups)},
                            {"on_non_finite", o.onNonFinite}};
}

/// `0.003` for 0.0030000000000000001.
static std::string shown(const llvm::json::Value &value) {
  auto number = value.getAsNumber();
  return number ? general(*number, 9) : llvm::formatv("{0}", value).str();
}

llvm::Expected<std::vector<std::string>> changedSettings(const std::string &folder, const TrainOptions &options) {
  auto config = readConfig(folder);
  if (!config)
    return config.takeError();
  std::vector<std::string> result;
  const llvm::json::Object *then = config->getObject("settings");
  const llvm::json::Object now = settingsJson(options);
  for (const char *name : {"data", "max_steps", "lr", "min_lr_ratio", "warmup", "weight_decay", "clip", "beta1",
                           "beta2", "epsilon", "groups"}) {
    const llvm::json::Value *before = then ? then->get(name) : nullptr;
    if (before && *before != *now.get(name))
      result.push_back(std::string(name) + " was " + shown(*before) + " in the folder's last run and is " +
                       shown(*now.get(name)) + " now");
  }
  return result;
}

llvm::Error saveModel(const std::string &folder, Compilation &compilation, const TrainOptions &options) {
  std::string text = compilation.flattened(), name = "model.braid";
  if (text.empty()) {
    name = "model.mlir";
    llvm::raw_string_ostream(text) << compilation.module() << "\n";
  }
  std::string file = inside(folder, name);
  // With its imports put in place it is another text than the one it was read from.
  if (isSameFile(file, options.model.path)) {
    auto there = rt::readInput(file, uint64_t(1) << 30);
    if (!there || !*there || **there != text)
      return makeError("`" + file +
                       "` is the program that is trained, and the copy in the training folder would take its place; "
                       "give another `--out`");
  }
  if (rt::Status status = rt::writeFileAtomically(file, {text}); !status)
    return makeError(status.message());
  llvm::json::Object set;
  for (const auto &[key, value] : compilation.overrides)
    set[key] = value;
  llvm::json::Object root{{"set", std::move(set)}, {"settings", settingsJson(options)}};
  std::string json = jsonText(std::move(root));
  if (rt::Status status = rt::writeFileAtomically(inside(folder, "config.json"), {json}); !status)
    return makeError(status.message());
  return llvm::Error::success();
}

llvm::Expected<rt::TensorFile> chooseParameters(const ModelArgs &model, const std::string &params, Console &console) {
  if (params.empty() && !fs::is_directory(model.path))
    return makeError("give parameters with `--params`, or a training folder as the model");
  const std::string &from = params.empty() ? model.path : params;
  // A checkpoint's folder stands for its file.
  std::string file = fs::is_directory(from) ? inside(from, "params.safetensors") : from;
  if (!params.empty() && (file == from || fs::exists(file))) {
    rt::Result<rt::TensorFile> tensors = rt::readSafeTensors(file);
    if (!tensors)
      return makeError(tensors.message());
    return std::move(*tensors);
  }
  std::vector<std::string> skipped;
  std::optional<rt::Checkpoint> newest = rt::latestCheckpoint(from, skipped);
  for (const std::string &reason : skipped)
    warn(console, reason);
  if (!newest)
    return makeError("`" + from + "` has no checkpoint that can be read");
  return std::move(newest->params);
}

llvm::Error setAside(const std::string &folder, int64_t step, Console &console) {
  std::string target;
  for (int64_t later : rt::checkpointSteps(folder)) {
    if (later <= step)
      continue;
    for (int n = 1; target.empty(); ++n)
      if (!fs::exists(inside(folder, "superseded-" + llvm::Twine(n))))
        target = inside(folder, "superseded-" + llvm::Twine(n));
    std::error_code code = fs::create_directories(target, true, llvm::sys::fs::all_all);
    if (!code)
      code = fs::rename(rt::checkpointPath(folder, later), inside(target, "checkpoint-" + llvm::Twine(later)));
    if (code)
      return makeError("cannot set the later checkpoint " + llvm::Twine(later) + " aside: " + code.message());
  }
  if (!target.empty())
    warn(console, "later checkpoints of an earlier run were moved to `" + target + "`");
  return llvm::Error::success();
}

} // namespace braid::driver
