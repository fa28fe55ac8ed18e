//===- Documents.h - several documents in one window ----------------------===//
//
// A model with an input `document: id` is fed, beside `tokens`, the number of each
// token's document in its window, from 0. In a file of tokens a separator opens a document.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_DRIVER_EVALUATE_DOCUMENTS_H
#define BRAID_LIB_DRIVER_EVALUATE_DOCUMENTS_H

#include "braid/Driver/Session.h"

namespace braid::driver {

/// Fails where the model takes what a file of tokens does not give, or where its input `document`, the separator (-1:
/// none) and windows of `time` tokens do not go together, or where these are too long for the model.
llvm::Error checkTokenInputs(const ModelInfo &model, int64_t separator, int64_t time);

/// Fills the input `document` from `tokens`, [rows][time] each; nothing where the session has no such input.
void numberDocuments(Session &session, llvm::ArrayRef<int32_t> tokens, int64_t separator, int64_t time);

} // namespace braid::driver

#endif
