//===- Prompt.h - what is continued, and what ends it ---------------------===//
#ifndef BRAID_LIB_DRIVER_EVALUATE_PROMPT_H
#define BRAID_LIB_DRIVER_EVALUATE_PROMPT_H

#include "braid/Driver/Commands.h"
#include "braid/Driver/ModelInfo.h"

namespace braid::driver {

struct Prompt {
  std::string text;                         ///< what the tokens were; empty where ids were given
  std::vector<uint32_t> tokens;             ///< at least one
  std::vector<std::vector<uint32_t>> stops; ///< sequences of which each ends what is generated

  /// From the text or the ids of the options, all of which the model can read, and the ids that follow. A text needs a
  /// vocabulary of bytes; an empty one begins with the separator, where there is one (else -1), or with a newline.
  static llvm::Expected<Prompt> make(const ModelInfo &model, const GenerateOptions &options, int64_t separator);
  /// The same for every line of the file of prompts: texts, or ids with commas between where tokens are not bytes. An
  /// empty line needs a separator.
  static llvm::Expected<std::vector<Prompt>> read(const ModelInfo &model, const GenerateOptions &options,
                                                  int64_t separator);
  /// True where the tokens end with what stops.
  bool stopped(llvm::ArrayRef<uint32_t> generated) const;
};

} // namespace braid::driver

#endif
