//===- Machine.cpp - braid devices, doctor, version -----------------------===//
//
// `doctor` does what a user would do first: it elaborates a small program, compiles
// it, runs it and its gradient, and compares every number with the reference.
//
//===----------------------------------------------------------------------===//
#include "braid/Driver/Embedded.h"
#include "braid/Driver/Evaluate.h"
#include "braid/Driver/Machine.h"
#include "braid/Driver/Text.h"
#include "braid/Driver/Version.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/TargetParser/Host.h"
#include <cmath>
#include <thread>
#include <unistd.h>

namespace braid::driver {

MachineInfo describeMachine() {
  MachineInfo info;
  info.target = llvm::sys::getHostCPUName().str();
  info.triple = llvm::sys::getDefaultTargetTriple();
  info.threads = int(std::max(1u, std::thread::hardware_concurrency()));
  info.memoryBytes = int64_t(sysconf(_SC_PHYS_PAGES)) * int64_t(sysconf(_SC_PAGE_SIZE));
  const llvm::StringMap<bool> features = llvm::sys::getHostCPUFeatures();
  for (const char *name : {"avx2", "fma", "avx512f", "avx512bf16", "amx-bf16"})
    if (features.lookup(name))
      info.features.push_back(name);
  if (auto text = llvm::MemoryBuffer::getFileAsStream("/proc/cpuinfo")) {
    llvm::StringRef rest = (*text)->getBuffer();
    while (!rest.empty() && info.name.empty()) {
      auto [line, after] = rest.split('\n');
      auto [key, value] = line.split(':');
      if (key.trim() == "model name")
        info.name = value.trim().str();
      rest = after;
    }
  }
  if (info.name.empty())
    info.name = info.target;
  return info;
}

int devices(const DevicesOptions &options, Console &console) {
  MachineInfo info = describeMachine();
  if (options.json) {
    llvm::json::Array features;
    for (const std::string &feature : info.features)
      features.push_back(feature);
    llvm::json::Array list{
        llvm::json::Object{{"name", "cpu"}, {"processor", info.name}, {"target", info.target}, {"threads", info.threads},
                           {"memory_bytes", info.memoryBytes}, {"features", std::move(features)}},
        llvm::json::Object{{"name", "reference"}, {"processor", "the oracle, in double precision"}}};
    console.out << llvm::formatv("{0:2}", llvm::json::Value(llvm::json::Object{{"devices", std::move(list)}})) << "\n";
    return Success;
  }
  std::string features;
  for (const std::string &feature : info.features)
    features += (features.empty() ? "" : " ") + feature;
  Table table({"device", "what"});
  table.add({"cpu", info.name + " (" + info.target + "), " + std::to_string(info.threads) + " threads, " +
                        bytesText(double(info.memoryBytes)) + ", " + features});
  table.add({"reference", "the oracle: an interpreter in double precision"});
  table.print(console.out);
  return Success;
}

static const char *const sample = R"(config { vocab = 16  dim = 16  layers = 1  heads = 2 }
model sample(tokens: id[vocab]) {
  param embed: [vocab, dim] = normal(0.02)
  stream x: [dim] = embed[tokens] with add
  for block in 0..layers {
    x <- attention(rmsnorm(x), heads)
    x <- mlp(rmsnorm(x), 4 * dim)
  }
  return dot[dim](rmsnorm(x), embed)
}
)";

int doctor(Console &console) {
  MachineInfo info = describeMachine();
  auto line = [&](bool good, const std::string &text) { console.out << (good ? "ok    " : "FAIL  ") << text << "\n"; };
  bool fast = llvm::is_contained(info.features, "avx2") && llvm::is_contained(info.features, "fma");
  line(fast, "processor " + info.name + (fast ? "" : ": compiled programs need AVX2 and FMA"));
  line(true, std::string("LLVM and MLIR " LLVM_VERSION_STRING ", standard library of ") +
                 std::to_string(standardLibrary().size()) + " files");
  llvm::SmallString<128> file;
  if (std::error_code code = llvm::sys::fs::createTemporaryFile("doctor", "braid", file)) {
    line(false, "temporary files: " + code.message());
    return Failure;
  }
  std::error_code code;
  {
    llvm::raw_fd_ostream os(file, code);
    os << sample;
  }
  DiffOptions options;
  options.model.path = file.str().str();
  std::string text;
  llvm::raw_string_ostream os(text);
  Console quiet{os, os};
  int result = diff(options, quiet);
  llvm::sys::fs::remove(file);
  line(result == Success, "a small model: compiled, run, differentiated, compared with the reference");
  if (result != Success)
    console.out << os.str();
  return fast && result == Success ? Success : Failure;
}

int version(Console &console) {
  console.out << "braid " BRAID_VERSION " (LLVM " LLVM_VERSION_STRING ")\n";
  return Success;
}

} // namespace braid::driver
