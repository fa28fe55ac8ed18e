//===- InitCommand.cpp - braid init: a model's initial parameters as a file -===//
#include "braid/Driver/Compilation.h"
#include "braid/Driver/Machine.h"
#include "braid/Driver/ModelInfo.h"
#include "braid/Driver/Text.h"
#include "braid/Reference/Interpreter.h"
#include "lib/Driver/OutputPaths.h"
#include "lib/Driver/TensorOutput.h"

namespace braid::driver {

int init(const InitOptions &options, Console &console) {
  if (llvm::Error error = checkOutputs(options.output, options.model.path))
    return fail(console, std::move(error));
  auto compilation = Compilation::load(options.model, &console);
  if (!compilation)
    return fail(console, compilation.takeError());
  auto info = describe((*compilation)->module());
  if (!info)
    return fail(console, info.takeError());
  // Numbers as they are drawn, stored and written: what would be killed later fails here.
  double bytes = 12 * double(info->numbers()), memory = double(describeMachine().memoryBytes);
  if (memory > 0 && bytes > memory)
    return fail(console, makeError(grouped(info->numbers()) + " parameters need " + grouped(12 * info->numbers()) +
                                   " bytes, which cannot be had: this machine has " + bytesText(memory)));
  auto values = ref::initialParameters((*compilation)->module(), options.seed);
  if (!values)
    return fail(console, values.takeError());
  rt::TensorFile file;
  for (const ParameterInfo &parameter : info->parameters)
    file.tensors[parameter.path] = rt::StoredTensor::of(parameter.shape(), values->at(parameter.path).data.data());
  file.metadata["model"] = info->name;
  file.metadata["seed"] = std::to_string(options.seed);
  if (llvm::Error error = writeTensors(options.output, file, console))
    return fail(console, std::move(error));
  console.err << options.output << ": " << grouped(info->numbers()) << " numbers in " << info->parameters.size()
              << " tensors\n";
  return Success;
}

} // namespace braid::driver
