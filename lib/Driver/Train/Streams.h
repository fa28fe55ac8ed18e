//===- Streams.h - a file in parts that go on from step to step -----------===//
#ifndef BRAID_LIB_DRIVER_TRAIN_STREAMS_H
#define BRAID_LIB_DRIVER_TRAIN_STREAMS_H

#include "braid/Data/Dataset.h"
#include "braid/Driver/Commands.h"
#include "braid/Driver/Session.h"

namespace braid::driver {

/// Every row of a step (of the batch, and of each gradient that is accumulated) reads a part of the file of its own,
/// window after window, and remembers what its windows leave; where the parts end, all begin anew.
class Streams {
public:
  /// Fails where a part is shorter than a window, longer than the model sees, or has no bound that `--context` says.
  static llvm::Expected<std::unique_ptr<Streams>> create(const ModelInfo &model, std::shared_ptr<rt::TokenFile> file,
                                                         const TrainOptions &options);
  /// Once the program is there: fails where what it remembers grows with the text and nobody said how long that is.
  llvm::Error begin(const Session &session);

  int64_t parts() const { return options.batch * options.accumulate; }
  int64_t windows() const { return perPart; } ///< of a part
  /// Bytes that are remembered at most.
  int64_t bytes(const Program &program) const;

  /// Tokens and targets of the `micro`-th gradient of a step, [batch][tokens] each.
  llvm::Error draw(int64_t step, int64_t micro, int32_t *tokens, int32_t *targets) const;
  /// Loss and gradients of what has been drawn, whose inputs but for documents have been written.
  llvm::Error gradients(Session &session, int64_t step, int64_t micro, llvm::ArrayRef<int32_t> tokens);
  /// All texts begin anew with the next window.
  void restart();

  void save(rt::TensorFile &file) const;
  /// Before `step`; `path` names the file in messages.
  llvm::Error restore(const rt::TensorFile &file, const std::string &path, int64_t step);

private:
  explicit Streams(const TrainOptions &options) : options(options) {}
  int64_t startOf(int64_t step, int64_t row) const { return row * partTokens + step % perPart * options.tokens; }

  TrainOptions options;
  std::shared_ptr<rt::TokenFile> file;
  int64_t partTokens = 0, perPart = 0;
  std::vector<std::unique_ptr<rt::State>> states; ///< of each gradient of a step
  std::vector<int32_t> documents;                 ///< the number of the newest document of each row
};

} // namespace braid::driver

#endif
