//===- GpuTarget.cpp - the GPUs that kernels are compiled for -------------===//

#include "braid/Conversion/GpuTarget.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace braid::row;

namespace {
struct Chip {
  const char *name;
  unsigned number;
  const char *features;
  int sharedKiB, threads;
};
} // namespace

/// What LLVM 19 knows from Ampere on. Version of PTX: the first that has it. Shared memory of a block and threads of a
/// multiprocessor: the table of compute capabilities in NVIDIA's CUDA C++ Programming Guide.
static constexpr Chip chips[] = {{"sm_80", 80, "+ptx70", 163, 2048}, {"sm_86", 86, "+ptx71", 99, 1536},
                                 {"sm_87", 87, "+ptx74", 163, 1536}, {"sm_89", 89, "+ptx78", 99, 1536},
                                 {"sm_90", 90, "+ptx78", 227, 2048}, {"sm_90a", 90, "+ptx80", 227, 2048}};

static constexpr const char *attributeName = "braid.target";

std::vector<std::string> braid::row::gpuTargets() {
  std::vector<std::string> names;
  for (const Chip &chip : chips)
    names.push_back(chip.name);
  return names;
}

llvm::Expected<GpuTarget> braid::row::parseGpuTarget(StringRef name) {
  for (const Chip &chip : chips)
    if (name == chip.name)
      return GpuTarget{chip.name, chip.features, chip.number, int64_t(chip.sharedKiB) << 10, chip.threads};
  std::string known = "known are " + llvm::join(gpuTargets(), ", ");
  unsigned number = 0;
  StringRef rest = name;
  if (rest.consume_front("sm_") && !rest.consumeInteger(10, number)) {
    if (number < 80)
      return llvm::createStringError("the GPU target `" + name +
                                     "` is too old: kernels need sm_80 (Ampere) or later; " + known);
    return llvm::createStringError("the GPU target `" + name + "` is not known to this compiler; " + known +
                                   "; PTX for sm_90 also runs on later GPUs");
  }
  return llvm::createStringError("there is no target `" + name + "`; " + known);
}

void braid::row::setPlannedFor(Operation *gpuModule, const GpuTarget &target) {
  Builder b(gpuModule->getContext());
  gpuModule->setAttr(attributeName,
                     b.getDictionaryAttr({b.getNamedAttr("name", b.getStringAttr(target.chip)),
                                          b.getNamedAttr("shared", b.getI64IntegerAttr(target.sharedBytes))}));
}

llvm::Error braid::row::checkReplaces(const GpuTarget &planned, const GpuTarget &target) {
  auto bytes = [](int64_t count) { return std::to_string(count) + " bytes of shared memory for a block"; };
  std::string problem;
  if (planned.number > target.number)
    problem = "is newer";
  else if (planned.sharedBytes > target.sharedBytes)
    problem =
        "has " + bytes(planned.sharedBytes) + ", and " + target.chip + " has " + std::to_string(target.sharedBytes);
  else
    return llvm::Error::success();
  return llvm::createStringError("the kernels are planned for " + planned.chip + ", not for " + target.chip + ": " +
                                 planned.chip + " " + problem +
                                 "; compile the program, or its stage `host`, with `--target " + target.chip + "`");
}

llvm::Error braid::row::checkPlannedFor(Operation *gpuModule, const GpuTarget &target) {
  Attribute attribute = gpuModule->getAttr(attributeName);
  if (!attribute) {
    // Code of others' is planned for nothing; a row kernel uses as much shared memory as its target has.
    for (Region &region : gpuModule->getRegions())
      for (Operation &op : region.getOps())
        if (op.hasAttr("braid.launch"))
          return llvm::createStringError(Twine("the attribute `") + attributeName +
                                         "` is absent: nothing says what the kernels are planned for");
    return llvm::Error::success();
  }
  auto plan = dyn_cast<DictionaryAttr>(attribute);
  auto name = plan ? dyn_cast_or_null<StringAttr>(plan.get("name")) : StringAttr();
  auto shared = plan ? dyn_cast_or_null<IntegerAttr>(plan.get("shared")) : IntegerAttr();
  if (!name || !shared || !shared.getType().isInteger(64))
    return llvm::createStringError(
        Twine("the attribute `") + attributeName +
        "` of the kernels does not say what they are planned for: `{name = \"sm_80\", shared = 166912 : i64}`");
  auto planned = parseGpuTarget(name.getValue());
  if (!planned)
    return llvm::createStringError(Twine("the attribute `") + attributeName +
                                   "` of the kernels: " + toString(planned.takeError()));
  planned->sharedBytes = shared.getInt();
  return checkReplaces(*planned, target);
}

llvm::Error braid::row::checkPlannedFor(StringRef ptx, const GpuTarget &target) {
  StringRef name = ptx.split("\n.target ").second.take_while([](char c) { return llvm::isAlnum(c) || c == '_'; });
  auto planned = parseGpuTarget(name);
  if (planned)
    return checkReplaces(*planned, target);
  llvm::consumeError(planned.takeError()); // for ptxas to judge
  return llvm::Error::success();
}
