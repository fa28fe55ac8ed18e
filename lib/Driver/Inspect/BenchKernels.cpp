//===- BenchKernels.cpp - braid bench --function row-kernels --------------===//
#include "braid/Driver/BenchKernels.h"
#include "Report.h"
#include "braid/Check/KernelBench.h"
#include "braid/Driver/Compilation.h"
#include "braid/Driver/Text.h"
#include "lib/Driver/Machine/DeviceByName.h"
#include "lib/Driver/OutputPaths.h"
#include "llvm/Support/JSON.h"

namespace braid::driver {

namespace {
struct Measured {
  std::string device, target;
  bool isReal = false; ///< a GPU; times of the emulator say nothing about speed
  dev::CopyBandwidth copy;
  std::vector<dev::MeasuredLaunch> launches;
  /// Of all launches, each as often as it is made.
  double seconds() const {
    double sum = 0;
    for (const dev::MeasuredLaunch &launch : launches)
      sum += double(launch.times) * dev::spreadOf(launch.seconds).median;
    return sum;
  }
};
} // namespace

/// Kernels and launches with their memory planned: what lies in one place there is one operand here.
static llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> planned(Compilation &compilation,
                                                                 const BenchKernelsOptions &options) {
  if (compilation.stage() > Stage::Host)
    return makeError("launches are measured of programs and modules up to stage `host`; this one is in stage `" +
                     stages()[size_t(compilation.stage())].name + "`");
  PipelineOptions pipeline;
  pipeline.functions = options.functions;
  if (!llvm::is_contained(pipeline.functions, "grad"))
    pipeline.functions.push_back("grad"); // what the optimiser's step is derived beside
  pipeline.bf16 = options.how.bf16;
  bool isText = compilation.stage() < Stage::Row;
  auto module = compilation.lower(Stage::Host, pipeline);
  if (!module || !isText)
    return module;
  for (auto function : llvm::make_early_inc_range((*module)->getOps<host::FuncOp>()))
    if (!llvm::is_contained(options.functions, function.getSymName()))
      function.erase();
  return module;
}

static llvm::Expected<Measured> measure(const BenchKernelsOptions &o, Console &console) {
  auto device = deviceByName(o.device, o.emulated, o.how.seed + 1, o.useCache, console);
  if (!device)
    return device.takeError();
  auto compilation = Compilation::load(o.model, &console);
  if (!compilation)
    return compilation.takeError();
  auto rows = planned(**compilation, o);
  if (!rows)
    return rows.takeError();
  std::unique_ptr<dev::KernelBench> bench;
  llvm::Error problem = (*compilation)->withDiagnostics([&]() -> llvm::LogicalResult {
    auto made = dev::KernelBench::create(**rows, **device, o.model.path);
    if (!made)
      return mlir::emitError(mlir::UnknownLoc::get(&(*compilation)->context()), llvm::toString(made.takeError()));
    bench = std::move(*made);
    return llvm::success();
  });
  if (problem)
    return std::move(problem);

  Measured result;
  result.device = (*device)->properties().name;
  result.target = (*device)->target().chip;
  result.isReal = (*device)->properties().memoryBytes > 0;
  dev::KernelBenchOptions how;
  how.batch = o.batch;
  how.tokens = o.tokens;
  how.repetitions = o.repetitions;
  how.warmup = o.warmup;
  how.seed = o.how.seed + 1;
  std::vector<dev::KernelBench::Launch> chosen;
  for (dev::KernelBench::Launch launch : bench->launches())
    if ((o.kernel.empty() || launch.op.getKernel() == o.kernel) &&
        (!o.entries || llvm::is_contained(launch.op.getSizes(), o.entries)))
      chosen.push_back(launch);
  if (chosen.empty())
    return makeError(o.kernel.empty()
                         ? "the program launches no row kernel over " + std::to_string(o.entries) + " entries"
                         : "the program launches no row kernel `" + o.kernel + "`" +
                               (o.entries ? " over " + std::to_string(o.entries) + " entries" : ""));
  if (!result.isReal)
    how.apart = 0;
  // What does not fit is said before anything runs.
  if (llvm::Error error = bench->prepare(chosen, how))
    return std::move(error);
  int64_t copied = 256 << 10;
  if (result.isReal) {
    auto free = (*device)->freeBytes();
    if (!free)
      return free.takeError();
    copied = std::min<int64_t>(int64_t(1) << 30, *free / 8);
  }
  auto copy = dev::measureCopy(**device, (*compilation)->context(), copied, o.repetitions);
  if (!copy)
    return copy.takeError();
  result.copy = *copy;
  for (size_t i = 0; i < chosen.size(); ++i) {
    auto measured = bench->measure(i);
    if (!measured)
      return measured.takeError();
    result.launches.push_back(std::move(*measured));
  }
  return result;
}

static std::string json(const Measured &m, const BenchKernelsOptions &o) {
  llvm::json::Array launches;
  for (const dev::MeasuredLaunch &launch : m.launches) {
    dev::Spread spread = dev::spreadOf(launch.seconds);
    llvm::json::Object object{{"kernel", launch.kernel},
                              {"place", launch.place},
                              {"sizes", llvm::json::Array(launch.sizes)},
                              {"rows", launch.rows},
                              {"launches", launch.times},
                              {"useful_bytes", launch.bytes},
                              {"median_seconds", spread.median},
                              {"low_seconds", spread.low},
                              {"high_seconds", spread.high},
                              {"seconds", llvm::json::Array(launch.seconds)}};
    if (m.isReal && spread.median > 0) {
      object["bytes_per_second"] = double(launch.bytes) / spread.median;
      object["of_copy"] = double(launch.bytes) / spread.median / m.copy.best();
    }
    launches.push_back(std::move(object));
  }
  llvm::json::Object root{{"model", o.model.path},
                          {"device", m.device},
                          {"target", m.target},
                          {"dtype", o.how.bf16 ? "bf16" : "fp32"},
                          {"batch", o.batch},
                          {"tokens", o.tokens},
                          {"launches", std::move(launches)}};
  root["seconds_of_all"] = m.seconds();
  if (m.isReal)
    root["copy"] =
        llvm::json::Object{{"kernel_bytes_per_second", m.copy.kernel}, {"transfer_bytes_per_second", m.copy.transfer}};
  llvm::json::Object set;
  for (const auto &[name, value] : o.model.overrides)
    set[name] = value;
  root["set"] = std::move(set);
  return jsonText(std::move(root));
}

static void print(const Measured &m, llvm::raw_ostream &os) {
  Table table({"kernel", "program line", "sizes", "rows", "launches", "useful", "time", "spread", "rate", "of copy"},
              {2, 3, 4, 5, 6, 7, 8, 9});
  for (const dev::MeasuredLaunch &launch : m.launches) {
    dev::Spread spread = dev::spreadOf(launch.seconds);
    std::string sizes;
    for (int64_t size : launch.sizes)
      sizes += (sizes.empty() ? "" : ",") + std::to_string(size);
    double rate = spread.median > 0 ? double(launch.bytes) / spread.median : 0;
    auto figure = [&](double number, const char *unit) { return m.isReal ? general(number, 4) + unit : std::string(); };
    table.add({launch.kernel, launch.place, sizes, std::to_string(launch.rows), std::to_string(launch.times),
               bytesText(double(launch.bytes)), figure(spread.median * 1e6, " us"),
               m.isReal ? general(spread.low * 1e6, 4) + " - " + general(spread.high * 1e6, 4) : "",
               m.isReal ? siText(rate, "B/s") : "", figure(m.isReal ? 100 * rate / m.copy.best() : 0, " %")});
  }
  table.print(os);
  if (m.isReal)
    os << "all launches: " << general(m.seconds() * 1e6, 4) << " us\n"
       << m.device << " copies " << siText(m.copy.kernel, "B/s") << " by a row kernel, "
       << siText(m.copy.transfer, "B/s") << " by the driver, bytes read and written\n";
  else
    os << "on the " << m.device << ", which says nothing about speed\n";
}

int benchKernels(const BenchKernelsOptions &options, Console &console) {
  if (llvm::Error error = checkOutputs(options.json, options.model.path))
    return fail(console, std::move(error));
  auto measured = measure(options, console);
  if (!measured)
    return fail(console, measured.takeError());
  return report(console, json(*measured, options), options.json, [&] { print(*measured, console.out); });
}

} // namespace braid::driver
