//===- Plan.cpp - the launches of a scatter -------------------------------===//

#include "Names.h"
#include "braid/Conversion/ScatterToGPU.h"
#include "llvm/Support/MathExtras.h"

using namespace braid::row;
using namespace braid::row::scatter;
using Argument = ScatterArgument;

ScatterPlan braid::row::planScatter(int64_t rows, int64_t width, bool bf16, int64_t tokens) {
  ScatterPlan plan;
  auto piece = [&](int64_t bytes) {
    int64_t at = plan.workspaceBytes;
    plan.workspaceBytes += llvm::alignTo(std::max<int64_t>(bytes, 1), 256);
    return Argument{Argument::Workspace, at};
  };
  auto number = [](int64_t value) { return Argument{Argument::Number, value}; };
  auto blocksFor = [](int64_t warps) { return std::clamp<int64_t>(llvm::divideCeil(warps, warpsPerBlock), 1, 4096); };
  int64_t chunks = std::max<int64_t>(1, llvm::divideCeil(tokens, chunk)),
          tiles = std::max<int64_t>(1, llvm::divideCeil(tokens, tile));
  Argument order[2] = {piece(tokens * 4), piece(tokens * 4)}, counts = piece(digits * chunks * 4), total = piece(4);
  Argument partials = piece(tiles * 2 * width * 4);
  Argument input{Argument::Input}, ids{Argument::Ids}, table{Argument::Table};

  unsigned pass = 0;
  for (int64_t shift = 0; shift == 0 || (rows - 1) >> shift; shift += digitBits, ++pass) {
    Argument from = order[(pass + 1) % 2], to = order[pass % 2];
    plan.launches.push_back({countName.str(),
                             blocksFor(chunks),
                             warp * warpsPerBlock,
                             tableBytes,
                             {ids, from, counts, total, number(tokens), number(rows), number(shift), number(chunks)}});
    plan.launches.push_back({offsetsName.str(), 1, scanThreads, scanBytes, {counts, total, number(chunks)}});
    plan.launches.push_back(
        {placeName.str(),
         blocksFor(chunks),
         warp * warpsPerBlock,
         tableBytes,
         {ids, from, to, counts, total, number(tokens), number(rows), number(shift), number(chunks)}});
  }
  Argument sorted = order[(pass + 1) % 2];
  plan.launches.push_back({tilesName(width, bf16),
                           std::min<int64_t>(tiles, 4096),
                           tileThreads(width),
                           0,
                           {input, ids, sorted, table, partials, total}});
  plan.launches.push_back(
      {rowsName(width), blocksFor(rows), warp * warpsPerBlock, 0, {ids, sorted, table, partials, total, number(rows)}});
  return plan;
}
