//===- BenchCommand.cpp - braid bench: what a program costs here ----------===//
//
// `product_seconds` is measured on a second program, made from the first one's plan by
// removing everything but matrix products and attention: what would be left if all
// other work were free.
//
//===----------------------------------------------------------------------===//
#include "Report.h"
#include "braid/Driver/Machine.h"
#include "braid/Driver/Results.h"
#include "braid/Driver/Text.h"
#include "dialects/Host/IR/Host.h"
#include "lib/Driver/OutputPaths.h"
#include "lib/Driver/Train/LearningRate.h"
#include "llvm/Support/JSON.h"
#include <algorithm>
#include <chrono>
#include <map>
#include <sys/resource.h>

namespace braid::driver {

using Clock = std::chrono::steady_clock;

namespace {
struct Measured {
  double compileSeconds = 0, productFlops = 0;
  std::vector<double> seconds, productSeconds;
  int64_t peakBytes = 0, plannedBytes = 0;
  int64_t parameterBytes = 0, stateBytes = 0;
  double reading = 0; ///< bytes a second from memory, of what goes on
  int threads = 0;
  std::vector<Timing> timings;
};
} // namespace

/// Runs the functions once, and gives the seconds; what goes on does so from a copy of `state`.
static llvm::Expected<double> once(Session &session, const std::vector<std::string> &functions, const BenchOptions &o,
                                   const rt::State *state) {
  std::unique_ptr<rt::State> own = state ? state->copy() : nullptr;
  std::vector<int64_t> counts(size_t(o.batch), o.tokens);
  auto start = Clock::now();
  if (own) {
    if (llvm::Error error = session.extend("extend", *own, o.tokens, counts, o.how.seed, 1))
      return std::move(error);
    return std::chrono::duration<double>(Clock::now() - start).count();
  }
  for (const std::string &function : functions)
    if (llvm::Error error = session.run(function, o.batch, o.tokens, o.how.seed, 1))
      return std::move(error);
  return std::chrono::duration<double>(Clock::now() - start).count();
}

static llvm::Expected<std::vector<double>> repeat(Session &session, const std::vector<std::string> &functions,
                                                  const BenchOptions &o, const rt::State *state) {
  std::vector<double> seconds;
  for (int64_t i = 0; i < o.warmup + o.repetitions; ++i) {
    llvm::Expected<double> time = once(session, functions, o, state);
    if (!time)
      return time.takeError();
    if (i >= o.warmup)
      seconds.push_back(*time);
  }
  return seconds;
}

static void keepProducts(mlir::ModuleOp planned) {
  std::vector<mlir::Operation *> others;
  planned.walk([&](mlir::Operation *op) {
    auto call = mlir::dyn_cast<host::LibraryCall>(op);
    host::Work work = call ? call.getWork() : host::Work();
    if (mlir::isa<host::LaunchOp>(op) || (call && !work.token && !work.position && !work.fixed))
      others.push_back(op);
  });
  for (mlir::Operation *op : others)
    op->erase();
}

/// What sequences remember after `o.past` tokens; null for functions that do not go on.
static llvm::Expected<std::unique_ptr<rt::State>> stateOf(Session &session, const BenchOptions &o) {
  if (o.function != "extend")
    return std::unique_ptr<rt::State>();
  std::unique_ptr<rt::State> state = session.makeState("extend", o.batch);
  for (int64_t begin = 0, rows; begin < o.past; begin += rows) {
    rows = std::min<int64_t>(512, o.past - begin);
    auto inputs = randomInputs(session.model(), o.batch, rows, o.how.seed + uint64_t(begin));
    if (!inputs)
      return inputs.takeError();
    if (llvm::Error error = bindInputs(session, *inputs))
      return std::move(error);
    std::vector<int64_t> counts(size_t(o.batch), rows);
    if (llvm::Error error = session.extend("extend", *state, rows, counts, o.how.seed, 1))
      return std::move(error);
  }
  if (!state->reserve(o.past + o.tokens))
    return makeError("no memory for what is remembered of " + llvm::Twine(o.past + o.tokens) + " tokens");
  return std::move(state);
}

static int64_t peakMemory() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return int64_t(usage.ru_maxrss) * 1024;
}

static llvm::Expected<Measured> measure(const BenchOptions &o, Console &console) {
  Measured m;
  auto start = Clock::now();
  auto loaded = Compilation::load(o.model, &console);
  if (!loaded)
    return loaded.takeError();
  PipelineOptions pipeline;
  pipeline.bf16 = o.how.bf16;
  pipeline.functions =
      o.function == "step" ? std::vector<std::string>{"grad", "step"} : std::vector<std::string>{o.function};
  EngineOptions engine;
  engine.threads = o.how.threads;
  auto created = Session::create(**loaded, pipeline, engine);
  if (!created)
    return created.takeError();
  m.compileSeconds = std::chrono::duration<double>(Clock::now() - start).count();
  Session &session = **created;
  m.threads = session.program().threads();
  if (o.repetitions == 0) // compile time alone
    return m;
  if (llvm::Error error = initialiseParameters(session, **loaded, o.how.seed))
    return std::move(error);
  auto state = stateOf(session, o);
  if (!state)
    return state.takeError();
  if (*state)
    m.stateBytes = (*state)->savedBytes();
  auto inputs = randomInputs(session.model(), o.batch, o.tokens, o.how.seed);
  if (!inputs)
    return inputs.takeError();
  if (llvm::Error error = bindInputs(session, *inputs))
    return std::move(error);
  if (std::optional<Handle> hyper = session.find(BRAID_INPUT, "hyper")) {
    // A learning rate of nothing: every repetition does the same work on the same numbers.
    TrainOptions options;
    options.lr = 0;
    auto values = hyperparameters(options, 0);
    if (!values)
      return values.takeError();
    session.write(*hyper, llvm::ArrayRef<float>(*values));
  }
  auto seconds = repeat(session, pipeline.functions, o, state->get());
  if (!seconds)
    return seconds.takeError();
  m.seconds = *seconds;
  m.peakBytes = peakMemory();
  m.parameterBytes = session.bytesOf(BRAID_PARAMETER);
  if (*state)
    m.reading = measureReading(m.threads);
  m.plannedBytes = session.arenaBytes(o.batch, o.tokens);
  for (braid_role role : {BRAID_PARAMETER, BRAID_GRADIENT, BRAID_MOMENT_1, BRAID_MOMENT_2, BRAID_INPUT, BRAID_OUTPUT})
    m.plannedBytes += session.bytesOf(role);
  session.program().setTiming(true);
  if (auto time = once(session, pipeline.functions, o, state->get()); !time)
    return time.takeError();
  m.timings = session.program().timings();
  session.program().setTiming(false);
  for (const Timing &timing : m.timings)
    m.productFlops += timing.flops;
  created->reset();
  if (*state) // what is not a product is a small part of it, and is not left out
    return m;

  auto products = Session::create(**loaded, pipeline, engine, keepProducts);
  if (!products)
    return products.takeError();
  if (llvm::Error error = initialiseParameters(**products, **loaded, o.how.seed))
    return std::move(error);
  auto alone = repeat(**products, pipeline.functions, o, nullptr);
  if (!alone)
    return alone.takeError();
  m.productSeconds = *alone;
  return m;
}

static double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

static std::string json(const Measured &m, const BenchOptions &o) {
  MachineInfo machine = describeMachine();
  llvm::json::Object root{{"model", o.model.path},
                          {"function", o.function},
                          {"batch", o.batch},
                          {"tokens", o.tokens},
                          {"dtype", o.how.bf16 ? "bf16" : "fp32"},
                          {"compile_seconds", m.compileSeconds},
                          {"seconds", llvm::json::Array(m.seconds)},
                          {"product_seconds", median(m.productSeconds)},
                          {"product_seconds_all", llvm::json::Array(m.productSeconds)},
                          {"product_flops", m.productFlops},
                          {"peak_bytes", m.peakBytes},
                          {"planned_bytes", m.plannedBytes},
                          {"threads", m.threads},
                          {"cpu", machine.name}};
  if (o.function == "extend") {
    root["past"] = o.past;
    root["parameter_bytes"] = m.parameterBytes;
    root["state_bytes"] = m.stateBytes;
    root["memory_bytes_per_second"] = m.reading;
  }
  if (o.profile) {
    llvm::json::Array calls;
    for (const Timing &t : m.timings)
      calls.push_back(
          llvm::json::Object{{"name", t.name}, {"calls", t.calls}, {"seconds", t.seconds}, {"flops", t.flops}});
    root["profile"] = std::move(calls);
  }
  llvm::json::Object set;
  for (const auto &[name, value] : o.model.overrides)
    set[name] = value;
  root["set"] = std::move(set);
  return jsonText(std::move(root));
}

static void print(const Measured &m, const BenchOptions &o, llvm::raw_ostream &os) {
  double time = median(m.seconds), products = median(m.productSeconds);
  Table table;
  table.add({"compile", durationText(m.compileSeconds)});
  if (m.seconds.empty())
    return table.print(os);
  table.add({o.function, durationText(time) + " (median of " + std::to_string(m.seconds.size()) + ", best " +
                             durationText(*std::min_element(m.seconds.begin(), m.seconds.end())) + "), " +
                             siText(double(o.batch * o.tokens) / time, "tokens/s")});
  if (o.function == "extend")
    table.add({"parameters and past", bytesText(double(m.parameterBytes + m.stateBytes)) + ", read at " +
                                          general(100 * double(m.parameterBytes + m.stateBytes) / time / m.reading, 3) +
                                          " % of what memory gives, " + siText(m.reading, "B/s")});
  if (!m.productSeconds.empty())
    table.add({"products alone", durationText(products) + ", " + siText(m.productFlops, "FLOP") + ", " +
                                     siText(products > 0 ? m.productFlops / products : 0, "FLOP/s")});
  if (!m.productSeconds.empty())
    table.add({"products' share", general(time > 0 ? 100 * products / time : 0, 3) + " %"});
  table.add({"peak memory",
             bytesText(double(m.peakBytes)) + " of the process, " + bytesText(double(m.plannedBytes)) + " planned"});
  table.add({"threads", std::to_string(m.threads) + " on " + describeMachine().name});
  table.print(os);
  if (!o.profile)
    return;
  std::map<std::string, Timing> kinds;
  for (const Timing &t : m.timings) {
    Timing &kind = kinds[llvm::StringRef(t.name).split(' ').first.str()];
    kind.seconds += t.seconds;
    kind.calls += t.calls;
    kind.flops += t.flops;
  }
  Table summary({"kind", "calls", "seconds", "share", "rate"}, {1, 2, 3, 4});
  for (const auto &[name, t] : kinds)
    summary.add({name, std::to_string(t.calls), general(t.seconds, 4), general(100 * t.seconds / time, 3) + " %",
                 t.flops > 0 ? siText(t.flops / t.seconds, "FLOP/s") : ""});
  os << "\n";
  summary.print(os);
  std::vector<Timing> sorted = m.timings;
  std::sort(sorted.begin(), sorted.end(), [](const Timing &a, const Timing &b) { return a.seconds > b.seconds; });
  Table profile({"call", "calls", "seconds", "share", "rate"}, {1, 2, 3, 4});
  for (const Timing &t : sorted)
    profile.add({t.name, std::to_string(t.calls), general(t.seconds, 4), general(100 * t.seconds / time, 3) + " %",
                 t.flops > 0 ? siText(t.flops / t.seconds, "FLOP/s") : ""});
  os << "\n";
  profile.print(os);
}

int bench(const BenchOptions &options, Console &console) {
  if (llvm::Error error = checkOutputs(options.json, options.model.path))
    return fail(console, std::move(error));
  auto measured = measure(options, console);
  if (!measured)
    return fail(console, measured.takeError());
  return report(console, json(*measured, options), options.json, [&] { print(*measured, options, console.out); });
}

} // namespace braid::driver
