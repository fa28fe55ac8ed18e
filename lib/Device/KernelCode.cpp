//===- KernelCode.cpp - code of kernels, compiled once --------------------===//

#include "braid/Device/KernelCode.h"
#include "BuildIdentity.h"
#include "mlir/IR/Operation.h"
#include "llvm/Support/raw_ostream.h"
#include <cctype>

using namespace braid;
using namespace braid::dev;

/// What is kept under `key`, or else what `make` makes, which is kept then.
static llvm::Expected<std::string> through(const CompileCache &cache, const std::string &key,
                                           const CompileCache::Description &what,
                                           llvm::function_ref<llvm::Expected<std::string>()> make) {
  auto known = cache.find(key);
  if (!known)
    return known.takeError();
  if (*known)
    return std::move(**known);
  auto made = make();
  // A folder that cannot be written to costs time at the next run, nothing else; `braid doctor` tells.
  if (made)
    llvm::consumeError(cache.store(key, what, *made));
  return made;
}

llvm::Expected<std::string> braid::dev::ptxOf(mlir::Operation *gpuModule, const row::GpuTarget &target,
                                              const CompileCache &cache, llvm::StringRef program) {
  if (llvm::Error error = row::checkPlannedFor(gpuModule, target))
    return std::move(error);
  if (!cache.isEnabled())
    return row::translateToPTX(gpuModule, target);
  std::string text, tools = buildIdentity();
  llvm::raw_string_ostream stream(text);
  gpuModule->print(stream, mlir::OpPrintingFlags().enableDebugInfo(false));
  std::string key = CompileCache::key({"ptx", text, target.chip, target.features, tools});
  return through(cache, key, {"ptx", program.str(), target.chip, tools},
                 [&] { return row::translateToPTX(gpuModule, target); });
}

llvm::Expected<std::string> braid::dev::cubinOf(llvm::StringRef ptx, const row::GpuTarget &target,
                                                const CompileCache &cache, llvm::StringRef program) {
  auto version = row::ptxasVersion();
  if (!cache.isEnabled() || !version) {
    llvm::consumeError(version.takeError());
    return row::assembleCubin(ptx, target); // fails in its own words without a ptxas
  }
  std::string tools = "ptxas " + *version + ", " + row::ptxasOptions(target);
  std::string key = CompileCache::key({"cubin", ptx, target.chip, tools});
  return through(cache, key, {"cubin", program.str(), target.chip, tools},
                 [&] { return row::assembleCubin(ptx, target); });
}

llvm::Expected<row::GpuTarget> braid::dev::targetFor(const Properties &gpu) {
  unsigned number = unsigned(gpu.major * 10 + gpu.minor);
  if (number < 80)
    return llvm::createStringError(
        gpu.name + " has compute capability " + llvm::Twine(gpu.major) + "." + llvm::Twine(gpu.minor) +
        ", which is too old: kernels need 8.0 (Ampere) or later; run them with `--device emulator`");
  std::optional<row::GpuTarget> best;
  for (const std::string &name : row::gpuTargets()) {
    auto target = row::parseGpuTarget(name);
    if (!target)
      return target.takeError();
    // What ends in a letter runs on that one GPU alone.
    bool isSpecial = !std::isdigit(name.back());
    if (isSpecial ? target->number == number : target->number <= number)
      if (!best || target->number >= best->number)
        best = std::move(*target);
  }
  best->sharedBytes = std::min(best->sharedBytes, gpu.sharedBytes);
  return *best;
}
