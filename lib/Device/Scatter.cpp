//===- Scatter.cpp - sums of rows by id on a device -----------------------===//

#include "braid/Device/Scatter.h"

using namespace braid;
using namespace braid::dev;

llvm::Error braid::dev::launchScatter(Device &device, Module &module, const row::ScatterPlan &plan, Address input,
                                      Address ids, Address table, Address workspace, Stream *stream) {
  using Argument = row::ScatterArgument;
  for (const row::ScatterLaunch &launch : plan.launches) {
    llvm::SmallVector<uint64_t, 10> values;
    for (const Argument &argument : launch.arguments)
      switch (argument.kind) {
      case Argument::Input: values.push_back(input); break;
      case Argument::Ids: values.push_back(ids); break;
      case Argument::Table: values.push_back(table); break;
      case Argument::Workspace: values.push_back(workspace + uint64_t(argument.value)); break;
      case Argument::Number: values.push_back(uint64_t(argument.value)); break;
      }
    llvm::SmallVector<void *, 10> pointers;
    for (uint64_t &value : values)
      pointers.push_back(&value);
    auto kernel = module.kernel(launch.kernel);
    if (!kernel)
      return kernel.takeError();
    if (llvm::Error error =
            device.launch(**kernel, {launch.blocks, launch.threads, launch.sharedBytes}, pointers, stream))
      return error;
  }
  return llvm::Error::success();
}
