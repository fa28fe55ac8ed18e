//===- TokenData.h - a file of tokens that a model can read ---------------===//
#ifndef BRAID_LIB_DRIVER_TRAIN_TOKENDATA_H
#define BRAID_LIB_DRIVER_TRAIN_TOKENDATA_H

#include "braid/Data/Dataset.h"
#include "braid/Driver/ModelInfo.h"

namespace braid::driver {

/// Opens a file of tokens, all of which the model knows. `width` is that of a token where the file has no header, in
/// bytes; 0: 2, and refused where it seems to be more. A message says what was probably meant where the file is a
/// folder or a text.
llvm::Expected<std::shared_ptr<rt::TokenFile>> openTokens(const ModelInfo &model, const std::string &path, int width);

/// `1,234,567 tokens (uint16)`.
std::string describeTokens(const rt::TokenFile &file);

} // namespace braid::driver

#endif
