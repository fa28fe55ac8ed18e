//===- DoctorCommand.cpp - braid doctor -----------------------------------===//
//
// What this machine and this installation can do, a line for each thing. `doctor` also does
// what a user would do first: it elaborates a small program, compiles it, runs it and its
// gradient, and compares every number with the reference.
//
//===----------------------------------------------------------------------===//
#include "braid/Conversion/RowToGPU.h"
#include "braid/Device/Cuda.h"
#include "braid/Device/KernelCode.h"
#include "braid/Driver/Embedded.h"
#include "braid/Driver/Machine.h"
#include "braid/Driver/Results.h"
#include "braid/Driver/Text.h"
#include "braid/Runtime/Context.h"
#include "braid/Runtime/Processors.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/FileSystem.h"
#include <cstdlib>
#include <oneapi/dnnl/dnnl.h>

namespace braid::driver {

namespace {
/// Prints a line for each finding and remembers whether all is well.
class Report {
public:
  explicit Report(Console &console) : console(console) {}
  void good(const std::string &text) { line("ok", text); }
  /// What is optional and is not there.
  void none(const std::string &text) { line("none", text); }
  void bad(const std::string &text) {
    line("FAIL", text);
    failed = true;
  }
  /// Missing: bad if it was asked for.
  void missing(bool wanted, const std::string &text) { wanted ? bad(text) : none(text); }
  bool failed = false;
  Console &console;

private:
  void line(llvm::StringRef mark, const std::string &text) {
    console.out << llvm::left_justify(mark, 6) << text << "\n";
    console.out.flush();
  }
};
} // namespace

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

static void checkProcessor(Report &report) {
  MachineInfo info = describeMachine();
  bool fast = llvm::is_contained(info.features, "avx2") && llvm::is_contained(info.features, "fma");
  std::string features;
  for (const std::string &feature : info.features)
    features += " " + feature;
  if (fast)
    report.good("processor " + info.name + ":" + features);
  else
    report.bad("processor " + info.name +
               " has no AVX2 and FMA, which compiled programs need; use `--device reference`, or another machine");

  std::string text =
      "OpenMP: " + workingThreads(rt::Context().threads()) + " on " + std::to_string(info.threads) + " processors";
  if (double quota = rt::processorQuota(); quota < info.threads)
    text += ", of whose time this container has that of " + general(quota);
  const char *limit = std::getenv("OMP_NUM_THREADS");
  report.good(text + (limit ? std::string(" (OMP_NUM_THREADS=") + limit + ")" : ""));

  const dnnl_version_t *version = dnnl_version();
  double single = measurePeak(false, 0), half = measurePeak(true, 0);
  std::string products = "oneDNN " + std::to_string(version->major) + "." + std::to_string(version->minor) + "." +
                         std::to_string(version->patch) + ": products at " + siText(single, "FLOP/s") + " in fp32, " +
                         siText(half, "FLOP/s") + " in bf16";
  if (single == 0 || half == 0) {
    report.bad(products + ": they fail; reinstall oneDNN (package libdnnl)");
    return;
  }
  report.good(products);
  if (!llvm::is_contained(info.features, "avx512bf16") && !llvm::is_contained(info.features, "amx-bf16"))
    report.none("bf16 instructions of the processor (AVX512_BF16, AMX): bf16 saves memory here, no time; train with "
                "`--dtype fp32` for speed");
}

static void checkSample(Report &report) {
  llvm::SmallString<128> file;
  if (std::error_code code = llvm::sys::fs::createTemporaryFile("doctor", "braid", file)) {
    report.bad("temporary files: " + code.message() + "; set TMPDIR to a folder that can be written to");
    return;
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
  std::string what = "a small model: compiled, run, differentiated, compared with the reference";
  if (result == Success)
    report.good(what);
  else
    report.bad(what + "; please report this:\n" + os.str());
}

static void checkCuda(Report &report, bool wanted) {
  std::string path;
  auto info = dev::describeCuda(&path);
  if (!info) {
    // A driver that is there and cannot be used is worth a look even if nobody asked for it.
    report.missing(wanted, "CUDA: " + llvm::toString(info.takeError()));
    return;
  }
  report.good("CUDA driver " + info->path + ", for CUDA " + dev::cudaVersionText(info->version));
  bool usable = false;
  for (int i = 0; i < int(info->gpus.size()); ++i) {
    const dev::Properties &gpu = info->gpus[size_t(i)];
    std::string name = "cuda:" + std::to_string(i) + ": ";
    dev::ArenaPlan plan;
    plan.add("a test", 1 << 20);
    auto device = dev::makeCudaDevice(i, {});
    if (!device) {
      report.missing(wanted && info->gpus.size() == 1, name + llvm::toString(device.takeError()));
      continue;
    }
    auto available = (*device)->freeBytes();
    auto arena = (*device)->allocate(plan);
    if (!available || !arena) {
      report.bad(name + llvm::toString(llvm::joinErrors(available.takeError(), arena.takeError())));
      continue;
    }
    usable = true;
    report.good(name + gpu.name + ", compute capability " + std::to_string(gpu.major) + "." +
                std::to_string(gpu.minor) + ", " + bytesText(double(*available)) + " of " +
                bytesText(double(gpu.memoryBytes)) + " free");
  }
  if (info->gpus.empty())
    report.missing(wanted, "GPUs: the driver sees none; look at `nvidia-smi` and CUDA_VISIBLE_DEVICES");
  else if (!usable && wanted && !report.failed)
    report.bad("GPUs: none can be used");
}

static void checkPtxas(Report &report) {
  auto program = row::findPtxas();
  if (!program) {
    const char *given = std::getenv("BRAID_PTXAS");
    bool wanted = given && *given && llvm::StringRef(given) != "off";
    report.missing(wanted, "ptxas: " + llvm::toString(program.takeError()) +
                               "; the driver compiles PTX where there is none, more slowly, and `--emit cubin` needs "
                               "it (package cuda-nvcc)");
    return;
  }
  static const char *const hint = "; name another one in BRAID_PTXAS, or `BRAID_PTXAS=off`";
  auto version = row::ptxasVersion();
  if (!version)
    return report.bad("ptxas: " + llvm::toString(version.takeError()) + hint);
  // One that is older than a target knows nothing of it.
  std::string able, unable, why;
  for (const std::string &name : row::gpuTargets()) {
    auto target = row::parseGpuTarget(name);
    llvm::Error problem = target ? row::tryPtxas(*target) : target.takeError();
    std::string &list = problem ? unable : able;
    list += (list.empty() ? "" : ", ") + name;
    if (std::string text = llvm::toString(std::move(problem)); !text.empty())
      why = text;
  }
  std::string what = "ptxas " + *version + ", " + *program;
  if (able.empty())
    return report.bad(what + ": cannot assemble a kernel: " + why + hint);
  report.good(what + ": assembles for " + able);
  if (!unable.empty())
    report.none(what + ": cannot assemble for " + unable +
                "; the driver compiles PTX there, more slowly, and `--emit cubin` fails");
}

static void checkCache(Report &report) {
  dev::CompileCache cache = dev::CompileCache::standard();
  if (!cache.isEnabled()) {
    report.none("compile cache: turned off by BRAID_CACHE, or there is no HOME");
    return;
  }
  if (llvm::Error error = cache.checkWritable()) {
    report.bad("compile cache: " + llvm::toString(std::move(error)) +
               "; name another folder in BRAID_CACHE, or `BRAID_CACHE=off`");
    return;
  }
  auto entries = cache.list();
  if (!entries) {
    report.bad("compile cache: " + llvm::toString(entries.takeError()));
    return;
  }
  int64_t bytes = 0, damaged = 0;
  for (const dev::CompileCache::Entry &entry : *entries) {
    bytes += entry.bytes;
    damaged += !entry.damage.empty();
  }
  std::string text = "compile cache " + cache.folder() + ": " + std::to_string(entries->size()) + " entries, " +
                     bytesText(double(bytes));
  if (damaged)
    report.bad(text + ", " + std::to_string(damaged) +
               " damaged; `braid cache list` names them, `braid cache clear` removes all");
  else
    report.good(text);
}

int doctor(const DoctorOptions &options, Console &console) {
  Report report(console);
  checkProcessor(report);
  report.good(std::string("LLVM and MLIR " LLVM_VERSION_STRING ", standard library of ") +
              std::to_string(standardLibrary().size()) + " files");
  checkSample(report);
  checkCuda(report, options.device == "cuda");
  checkPtxas(report);
  checkCache(report);
  return report.failed ? Failure : Success;
}

} // namespace braid::driver
