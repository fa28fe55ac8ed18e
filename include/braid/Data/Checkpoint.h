//===- Checkpoint.h - saving a training run and going on with it ----------===//
//
// `DIR/checkpoint-<step>/` holds `params.safetensors`, `optimizer.safetensors`, of
// runs over texts that go on `streams.safetensors`, and `state.json`. It is there completely or not at all: it is
// written under another name in the same folder, synced, and renamed.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DATA_CHECKPOINT_H
#define BRAID_DATA_CHECKPOINT_H

#include "braid/IO/SafeTensors.h"

namespace braid::rt {

/// What state.json holds beside the step: names and numbers or texts (numbers as they are written in JSON).
using CheckpointState = std::map<std::string, std::string>;

struct Checkpoint {
  int64_t step = 0;
  TensorFile params, optimizer;
  TensorFile streams; ///< what texts that go on remember; empty where none does
  CheckpointState state;
};

/// Saves as `folder/checkpoint-<step>`, in place of one that is there; makes `folder`. Afterwards only
/// the newest `keep` checkpoints are kept (0: all).
Status saveCheckpoint(const std::string &folder, const Checkpoint &checkpoint, int64_t keep = 0);

/// Removes what runs that were killed while they saved or removed a checkpoint have left in `folder`.
void removeLeftovers(const std::string &folder);

/// Loads one checkpoint folder; fails when a file is missing, damaged, of another step than its name says, or not the
/// one whose checksum state.json has.
Result<Checkpoint> loadCheckpoint(const std::string &path);

/// Steps of the checkpoints in `folder`, ascending; none when there is no such folder.
std::vector<int64_t> checkpointSteps(const std::string &folder);
std::string checkpointPath(const std::string &folder, int64_t step);

/// The newest checkpoint that loads; none when there is none. Why newer ones did not load goes to `skipped`.
std::optional<Checkpoint> latestCheckpoint(const std::string &folder, std::vector<std::string> &skipped);

/// The object of names and numbers or texts as JSON, and back.
std::string writeState(const CheckpointState &state);
Result<CheckpointState> parseState(std::string_view text);

} // namespace braid::rt

#endif
