//===- TrainingFolder.h - what a run leaves behind ------------------------===//
//
// DIR/model.braid (imports put in place) or model.mlir, DIR/config.json (config values, settings),
// DIR/metrics.jsonl, DIR/loss.svg, DIR/checkpoint-<step>/: enough to evaluate and to generate from
// the folder alone.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DRIVER_TRAININGFOLDER_H
#define BRAID_DRIVER_TRAININGFOLDER_H

#include "braid/Data/Checkpoint.h"
#include "braid/Driver/Commands.h"
#include "llvm/Support/JSON.h"

namespace braid::driver {

class Compilation;

/// The program saved in a folder; fails where there is none.
llvm::Expected<std::string> savedModel(const std::string &folder);
/// The config values that were replaced when the folder's run began; none without a config.json.
llvm::Expected<std::vector<std::pair<std::string, std::string>>> savedOverrides(const std::string &folder);
/// A setting (`tokens`): what is `given`, if it is at least `least` and not negative; else what the folder's run had,
/// or `otherwise`. Fails where config.json has something that is no such number.
llvm::Expected<int64_t> settingOf(const std::string &folder, llvm::StringRef name, int64_t least, int64_t given,
                                  int64_t otherwise);

/// Writes model and config.json.
llvm::Error saveModel(const std::string &folder, Compilation &compilation, const TrainOptions &options);
llvm::json::Object settingsJson(const TrainOptions &options);
/// For each setting of the folder's last run that is another now and changes what a step does, a sentence. What
/// a checkpoint notes itself is left out.
llvm::Expected<std::vector<std::string>> changedSettings(const std::string &folder, const TrainOptions &options);

/// The parameters named by `params`, or those of the newest checkpoint of the folder `model.path`.
llvm::Expected<rt::TensorFile> chooseParameters(const ModelArgs &model, const std::string &params, Console &console);

/// Moves checkpoints later than `step` to DIR/superseded-N, so that they are not taken for this run's.
llvm::Error setAside(const std::string &folder, int64_t step, Console &console);

} // namespace braid::driver

#endif
