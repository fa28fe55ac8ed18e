//===- Dataset.h - files of tokens and what is drawn from them ------------===//
//
// Three kinds of `.bin` are read: llm.c's for GPT-2 (header of 256 int32: 20240520, 1,
// count; then uint16), llm.c's for Llama 3 (20240801, 7, count; then uint32), and
// nanoGPT's (no header, uint16). A file comes from anywhere: nothing in it is believed,
// and it may change while a run reads it.
//
// What is drawn depends on (seed, number of the sample) alone, so that a resumed run
// needs no state to go on with the samples that an uninterrupted one would have had.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DATA_DATASET_H
#define BRAID_DATA_DATASET_H

#include "braid/IO/Status.h"
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace braid::rt {

/// A file of tokens, open for reading.
class TokenFile {
public:
  /// `width` is of a token where the file has no header: 2 or 4 bytes; 0: 2. Fails when the file cannot be read, has no
  /// tokens, ends within one, or disagrees with its header or the header with a `width` that is given.
  static Result<std::shared_ptr<TokenFile>> open(const std::string &path, int width = 0);
  ~TokenFile();
  TokenFile(const TokenFile &) = delete;
  TokenFile &operator=(const TokenFile &) = delete;

  const std::string &path() const { return name; }
  int64_t size() const { return count; }
  /// Bytes of a token in the file: 2 or 4.
  int width() const { return bytes; }
  bool hasHeader() const { return start != 0; }
  /// How wide the tokens seem to be: width(), or 4 or 8 bytes where so many numbers of width() bytes in a row are upper
  /// halves of wider ones that it is no chance. Fails as `read` does.
  Result<int> seemingWidth() const;
  /// Tokens `index` … `index + number - 1`. Fails when the file has become shorter, or holds what `limitTo` forbids.
  Status read(int64_t index, int64_t number, uint32_t *tokens) const;
  /// Looks at every token; fails at the first that is not below `vocabulary`, with its position. Later reads do so,
  /// too.
  Status limitTo(int64_t vocabulary);

private:
  TokenFile() = default;
  /// Goes through the tokens in pieces, each with the position where it begins, while `look` asks for more.
  Status forEachPiece(const std::function<bool(int64_t, const std::vector<uint32_t> &)> &look) const;

  std::string name;
  int descriptor = -1, bytes = 2;
  uint64_t start = 0; ///< where tokens begin, in bytes
  int64_t count = 0;
  int64_t limit = 0; ///< 0: none
};

enum class SampleOrder {
  Random,   ///< windows anywhere, independent of each other
  Shuffled, ///< windows that do not overlap; in every epoch all of them once, in a new order
};

/// Windows of `time` tokens, each with the tokens that follow as targets.
class Dataset {
public:
  /// Fails when the file has no window of `time` tokens and the token after it.
  static Result<Dataset> create(std::shared_ptr<TokenFile> file, int64_t time, uint64_t seed,
                                SampleOrder order = SampleOrder::Random);

  /// Sample `index` of a run (step · samples a step + position within the step): `time` numbers each.
  /// Fails as TokenFile::read does.
  Status sample(int64_t index, int32_t *tokens, int32_t *targets) const;
  /// Samples index … index + batch - 1, one after the other.
  Status batch(int64_t index, int64_t batch, int32_t *tokens, int32_t *targets) const;

  /// Windows that cover every token of the file once, as targets; the last may be part empty.
  int64_t evaluationWindows() const;
  /// One of them; where the file has ended, token 0 and target -1 (which no loss counts).
  Status evaluationWindow(int64_t index, int32_t *tokens, int32_t *targets) const;

  int64_t time() const { return windowTime; }
  const TokenFile &file() const { return *source; }
  std::shared_ptr<TokenFile> shared() const { return source; }

private:
  Dataset(std::shared_ptr<TokenFile> file, int64_t time, uint64_t seed, SampleOrder order)
      : source(std::move(file)), windowTime(time), seed(seed), order(order) {}
  int64_t startOf(int64_t index) const;
  /// Tokens from `start` on, and those after them, as many as the file has; the rest as an evaluation sees it.
  Status window(int64_t start, int32_t *tokens, int32_t *targets) const;

  std::shared_ptr<TokenFile> source;
  int64_t windowTime;
  uint64_t seed;
  SampleOrder order;
};

/// Writes tokens with llm.c's header, all or nothing: uint16 when all are below 65536, else uint32.
/// Fails for more than 2^31 - 1 tokens, which the header cannot say.
Status writeTokenFile(const std::string &path, const std::vector<uint32_t> &tokens);

/// The byte tokenizer: a token is a byte, the vocabulary 256.
std::vector<uint32_t> encodeBytes(std::string_view text);
/// Tokens from 256 on become U+FFFD.
std::string decodeBytes(const std::vector<uint32_t> &tokens);

/// Reads a text file as bytes and writes `train.bin` and `val.bin` into `folder` (made when absent).
/// The last `validation` (0 … 1) of the tokens are for validation; with 0 there is no `val.bin`.
struct PreparedText {
  int64_t train = 0, validation = 0; ///< tokens
};
Result<PreparedText> prepareText(const std::string &textPath, const std::string &folder, double validation);

} // namespace braid::rt

#endif
