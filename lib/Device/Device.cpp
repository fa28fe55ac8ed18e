//===- Device.cpp - what all devices share --------------------------------===//

#include "braid/Device/Device.h"
#include "mlir/IR/Operation.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace braid::dev;

size_t ArenaPlan::add(std::string name, int64_t bytes) {
  planned.push_back({std::move(name), end, bytes});
  end += int64_t(llvm::alignTo(uint64_t(bytes), 256));
  return planned.size() - 1;
}

std::string Kernel::title() const { return "kernel `" + name + "`" + (place.empty() ? "" : " (" + place + ")"); }

llvm::Error braid::dev::checkShared(const Device &device, const Kernel &kernel, const LaunchConfig &config) {
  const Properties &known = device.properties();
  if (config.sharedBytes <= known.sharedBytes)
    return llvm::Error::success();
  return llvm::createStringError(kernel.title() + " needs " + Twine(config.sharedBytes) +
                                 " bytes of shared memory for a block; " + known.name + " (" + device.target().chip +
                                 ") has " + Twine(known.sharedBytes) + ": give fewer entries of a history");
}

std::string braid::dev::placeInProgram(Operation *op) {
  FileLineColLoc best;
  op->walk<WalkOrder::PreOrder>([&](Operation *inside) {
    inside->getLoc()->walk([&](Location part) {
      auto file = dyn_cast<FileLineColLoc>(part);
      if (!file)
        return WalkResult::advance();
      bool isLibrary = file.getFilename().getValue().starts_with("<std>");
      if (!best || !isLibrary)
        best = file;
      return isLibrary ? WalkResult::advance() : WalkResult::interrupt();
    });
    return best && !best.getFilename().getValue().starts_with("<std>") ? WalkResult::interrupt()
                                                                       : WalkResult::advance();
  });
  if (!best)
    return "";
  return (best.getFilename().getValue() + ":" + Twine(best.getLine()) + ":" + Twine(best.getColumn())).str();
}
