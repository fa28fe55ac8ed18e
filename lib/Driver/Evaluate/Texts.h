//===- Texts.h - texts that go on -----------------------------------------===//
#ifndef BRAID_LIB_DRIVER_EVALUATE_TEXTS_H
#define BRAID_LIB_DRIVER_EVALUATE_TEXTS_H

#include "braid/Driver/Session.h"

namespace braid::driver {

/// How texts are run.
struct TextOptions {
  int64_t context = 0;    ///< tokens that the model sees at most; 0: any number
  int64_t piece = 256;    ///< tokens of a text in one run
  int64_t separator = -1; ///< the token that opens a document; -1: none
  uint64_t seed = 0;
  bool state = true; ///< else every run begins with the first token that is seen
};

/// Texts side by side in one batch, with what @extend remembers of them.
class Texts {
public:
  /// The session has @extend.
  Texts(Session &session, int64_t count, const TextOptions &options);

  void append(int64_t text, llvm::ArrayRef<uint32_t> tokens);
  /// Runs all that was appended since. A text that has no room for its newest tokens begins anew with the newest half
  /// of its context.
  llvm::Error run();
  /// After the newest token of a text.
  const std::vector<float> &logits(int64_t text) const { return texts[size_t(text)].logits; }
  /// Whether a text had no room and began anew.
  bool hasRestarted() const { return restarted; }
  /// Makes room for texts of so many tokens.
  llvm::Error reserve(int64_t tokens);

private:
  struct Text {
    std::vector<int32_t> tokens, documents; ///< that are seen, the newest ones perhaps not yet
    int64_t done = 0;                       ///< of them have been run
    std::vector<float> logits;
  };
  void restart(size_t text);
  llvm::Error runPiece();

  Session &session;
  TextOptions options;
  std::vector<Text> texts;
  std::unique_ptr<rt::State> state;
  bool restarted = false;
};

/// Whether what `function` remembers of a sequence is bounded, however long that is.
bool remembersBoundedly(const Program &program, llvm::StringRef function);
/// Bytes that `function` remembers of `batch` sequences of so many tokens.
int64_t rememberedBytes(const Program &program, llvm::StringRef function, int64_t batch, int64_t tokens);

} // namespace braid::driver

#endif
