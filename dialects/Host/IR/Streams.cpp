//===- Streams.cpp - streams of draws, as compiled programs know them -----===//

#include "braid/Support/Random.h"
#include "dialects/Host/IR/LibraryCalls.h"

using namespace mlir;

SmallVector<int64_t> braid::host::streamHashes(std::optional<ArrayAttr> paths) {
  SmallVector<int64_t> hashes;
  if (paths)
    for (auto path : paths->getAsRange<StringAttr>())
      hashes.push_back(int64_t(rt::streamHash(path.getValue(), /*perToken=*/true)));
  return hashes;
}
