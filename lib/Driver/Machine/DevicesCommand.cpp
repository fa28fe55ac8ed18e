//===- DevicesCommand.cpp - braid devices ---------------------------------===//
#include "braid/Device/Cuda.h"
#include "braid/Device/KernelCode.h"
#include "braid/Driver/Commands.h"
#include "braid/Driver/Machine.h"
#include "braid/Driver/Text.h"
#include "lib/Driver/Inspect/Report.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"

namespace braid::driver {

static std::string name(size_t gpu) { return "cuda:" + std::to_string(gpu); }
static std::string capability(const dev::Properties &gpu) {
  return std::to_string(gpu.major) + "." + std::to_string(gpu.minor);
}

/// The target that kernels are compiled for, or why there is none.
static std::string targetText(const dev::Properties &gpu, bool &usable) {
  auto target = dev::targetFor(gpu);
  usable = bool(target);
  if (target)
    return target->chip;
  llvm::consumeError(target.takeError());
  return "too old: kernels need 8.0";
}

static void printJSON(const MachineInfo &info, const dev::CudaInfo &cuda, const std::string &problem,
                      Console &console) {
  llvm::json::Array list{llvm::json::Object{{"name", "cpu"},
                                            {"processor", info.name},
                                            {"target", info.target},
                                            {"threads", info.threads},
                                            {"memory_bytes", info.memoryBytes},
                                            {"features", llvm::json::Array(info.features)}},
                         llvm::json::Object{{"name", "reference"}, {"processor", "the oracle, in double precision"}},
                         llvm::json::Object{{"name", "emulator"}, {"processor", "GPU kernels on the CPU, checked"}}};
  for (auto [i, gpu] : llvm::enumerate(cuda.gpus)) {
    bool usable;
    std::string target = targetText(gpu, usable);
    llvm::json::Object object{{"name", name(i)},
                              {"processor", gpu.name},
                              {"capability", capability(gpu)},
                              {"multiprocessors", gpu.multiprocessors},
                              {"memory_bytes", gpu.memoryBytes},
                              {"driver", dev::cudaVersionText(gpu.driverVersion)},
                              {"usable", usable}};
    if (usable)
      object["target"] = target;
    list.push_back(std::move(object));
  }
  llvm::json::Object all{{"devices", std::move(list)}};
  if (!problem.empty())
    all["cuda_problem"] = problem;
  console.out << jsonText(std::move(all));
}

int devices(const DevicesOptions &options, Console &console) {
  MachineInfo info = describeMachine();
  dev::CudaInfo cuda;
  std::string problem;
  if (auto found = dev::describeCuda())
    cuda = std::move(*found);
  else
    problem = llvm::toString(found.takeError());
  if (options.json) {
    printJSON(info, cuda, problem, console);
    return Success;
  }
  Table table({"device", "what"});
  table.add({"cpu", info.name + " (" + info.target + "), " + std::to_string(info.threads) + " threads, " +
                        bytesText(double(info.memoryBytes)) + ", " + llvm::join(info.features, " ")});
  table.add({"reference", "the oracle: an interpreter in double precision"});
  table.add({"emulator", "kernels for GPUs on the CPU, with checks; row kernels only"});
  for (auto [i, gpu] : llvm::enumerate(cuda.gpus)) {
    bool usable;
    std::string target = targetText(gpu, usable);
    table.add({name(i), gpu.name + ", compute capability " + capability(gpu) + " (" + target + "), " +
                            bytesText(double(gpu.memoryBytes)) + ", " + std::to_string(gpu.multiprocessors) +
                            " multiprocessors, driver for CUDA " + dev::cudaVersionText(gpu.driverVersion) +
                            (usable ? "; row kernels only" : "")});
  }
  table.print(console.out);
  if (cuda.gpus.empty())
    console.out << "no NVIDIA GPU: " << (problem.empty() ? "the driver sees none" : problem) << "\n";
  return Success;
}

} // namespace braid::driver
