//===- Compare.cpp - one program on every device --------------------------===//
//
// Three comparisons, each against the step before it: the derived programs with the model,
// both by the oracle in double precision, where nothing hides a wrong adjoint; what is compiled
// for the CPU with the derived programs; the row kernels on the emulator with the interpreter
// of rows.
//
//===----------------------------------------------------------------------===//
#include "Compare.h"
#include "Plant.h"
#include "braid/Driver/Text.h"
#include "braid/Reference/Files.h"
#include "braid/Runtime/State.h"
#include "braid/Support/Random.h"
#include <cmath>

using namespace braid::driver;

namespace braid::compare {

/// ‖Δ‖ / ‖x‖ on the CPU that is never questioned; so many times what plain fp32 arithmetic shows passes, as in `braid
/// diff`.
static constexpr double single = 2e-5, singleLeast = 1e-5, singleAllowance = 32;
/// Between two computations in double precision. What fp32 shows of a sum that cancels, double precision shows 2^-29
/// of.
static constexpr double exactly = 1e-11, exactLeast = 1e-3, exactAllowance = 0x1p-20;
/// A number held to no more than this part of itself is as good as not compared.
static constexpr double blindness = 0.05;

llvm::Error readRequest(llvm::StringRef text, Request &request) {
  if (!text.consume_front("// compare:"))
    return llvm::Error::success();
  llvm::SmallVector<llvm::StringRef> words;
  text.take_until([](char c) { return c == '\n'; }).split(words, ' ', -1, /*KeepEmpty=*/false);
  for (llvm::StringRef word : words) {
    auto [key, value] = word.split('=');
    bool bad = key == "batch"    ? value.getAsInteger(10, request.batch)
               : key == "tokens" ? value.getAsInteger(10, request.tokens)
               : key == "seed"   ? value.getAsInteger(10, request.seed)
               : key == "plants" ? value.getAsInteger(10, request.plants)
               : key == "bf16"   ? !(request.bf16 = true)
               : key == "target" ? (request.targets.push_back(value.str()), false)
                                 : true;
    if (bad)
      return makeError("`" + request.file + "`: `" + word + "` in the first line means nothing");
  }
  return llvm::Error::success();
}

namespace {

class Comparison {
public:
  Comparison(const Request &request, Compilation &compilation) : request(request), compilation(compilation) {}
  /// Fails where something cannot be computed; a difference is in the verdict.
  llvm::Error run(Verdict &verdict);

private:
  llvm::Error prepare();
  llvm::Error runReverseMode(Verdict &verdict);
  llvm::Error runCPU(Verdict &verdict);
  llvm::Error runPieces(Verdict &verdict);
  llvm::Error runRounded(Verdict &verdict);
  llvm::Error runPlants(Verdict &verdict);
  llvm::Error runKernels(Verdict &verdict, const std::string &target);

  llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> derive(bool bf16);
  Oracle oracleOf(mlir::ModuleOp module) const;
  llvm::Expected<Numbers> compiled(bool bf16);
  llvm::Error measureNoise();
  /// Names what is beyond `allowed`; returns false then.
  bool judge(Verdict &verdict, llvm::StringRef how, const Numbers &right, const Numbers &found,
             const std::map<std::string, double> &allowed);

  const Request &request;
  Compilation &compilation;
  ModelInfo model;
  Inputs inputs;
  rt::TensorFile params;
  std::vector<std::string> functions = {"logits", "grad"};
  mlir::OwningOpRef<mlir::ModuleOp> derived;
  std::optional<Oracle> oracle;           ///< of `derived`
  Numbers exact;                          ///< by the derived programs, in double precision
  std::map<std::string, double> resolved; ///< what fp32 shows of errors; empty until asked for
  std::map<std::string, double> allowed;  ///< on the CPU in fp32
};

} // namespace

llvm::Expected<mlir::OwningOpRef<mlir::ModuleOp>> Comparison::derive(bool bf16) {
  PipelineOptions pipeline;
  pipeline.functions = functions;
  pipeline.bf16 = bf16;
  return compilation.lower(Stage::Derived, pipeline);
}

Oracle Comparison::oracleOf(mlir::ModuleOp module) const {
  ref::Options options;
  options.seed = request.seed;
  options.batch = inputs.batch;
  options.time = inputs.time;
  return Oracle(module, referenceInputs(model, inputs),
                llvm::cantFail(ref::parametersFrom(compilation.module(), params)), options);
}

llvm::Error Comparison::prepare() {
  auto described = describe(compilation.module());
  if (!described)
    return described.takeError();
  model = std::move(*described);
  if (!model.observed.empty())
    functions.push_back("observe");
  auto given = randomInputs(model, request.batch, request.tokens, request.seed);
  if (!given)
    return given.takeError();
  inputs = std::move(*given);
  // One target in eight is not counted, but one is.
  std::vector<int32_t> &targets = inputs.ids["targets"];
  for (size_t i = 1; i < targets.size(); ++i)
    if (rt::streamKey(request.seed + i, "counted") % 8 == 0)
      targets[i] = -1, --inputs.counted;

  // Initial values are often special (zero queries, equal lanes): every parameter is moved.
  auto initial = ref::initialParameters(compilation.module(), request.seed);
  if (!initial)
    return initial.takeError();
  for (auto &[path, value] : *initial) {
    std::vector<float> by(value.data.size());
    rt::fillUniform(by.data(), int64_t(by.size()), request.seed, "moved:" + path, 0.5f);
    for (size_t i = 0; i < by.size(); ++i)
      value.data[i] += by[i];
  }
  params = ref::toFile(*initial);
  auto module = derive(false);
  if (!module)
    return module.takeError();
  derived = std::move(*module);
  oracle.emplace(oracleOf(*derived));
  auto numbers = oracle->run();
  if (!numbers)
    return numbers.takeError();
  exact = std::move(*numbers);
  return llvm::Error::success();
}

llvm::Error Comparison::measureNoise() {
  if (!resolved.empty())
    return llvm::Error::success();
  auto measured = noise(*oracle, *oracle, /*single=*/true);
  if (!measured)
    return measured.takeError();
  resolved = std::move(*measured);
  return llvm::Error::success();
}

bool Comparison::judge(Verdict &verdict, llvm::StringRef how, const Numbers &right, const Numbers &found,
                       const std::map<std::string, double> &allowed) {
  for (const auto &[name, values] : right) {
    auto other = found.find(name);
    double error = other == found.end() ? NAN : distance(values, other->second);
    if (error <= allowed.at(name))
      continue;
    verdict.kind = "differs";
    verdict.what = (how + ": " + name).str();
    verdict.text += name + ": error " + general(error, 3) + ", norm " + general(norm(values), 3) + ", allowed " +
                    general(allowed.at(name), 3) + "\n";
  }
  return verdict.kind != "differs";
}

/// The model as written against what was derived from it.
llvm::Error Comparison::runReverseMode(Verdict &verdict) {
  DeviceOptions how;
  how.seed = request.seed;
  Numbers own;
  for (const std::string &function : {"logits", "grad"}) {
    auto values = evaluateReference(compilation, function, inputs, params, how);
    if (!values)
      return values.takeError();
    for (NamedValue &value : *values)
      own[function + " " + value.name] = std::move(value.data);
  }
  if (!allInRange(own)) {
    verdict.kind = "not finite";
    return llvm::Error::success();
  }
  std::map<std::string, double> least = bounds(own, exactly, exactLeast);
  bool missed = llvm::any_of(
      own, [&](const auto &entry) { return !(distance(entry.second, exact[entry.first]) <= least[entry.first]); });
  if (missed) {
    if (llvm::Error error = measureNoise())
      return error;
    for (auto &[name, bound] : least)
      bound = std::max(bound, exactAllowance * resolved[name]);
  }
  judge(verdict, "derived programs by the oracle", own, exact, least);
  return llvm::Error::success();
}

llvm::Expected<Numbers> Comparison::compiled(bool bf16) {
  PipelineOptions pipeline;
  pipeline.functions = functions;
  pipeline.bf16 = bf16;
  auto session = Session::create(compilation, pipeline, {});
  if (!session)
    return session.takeError();
  if (llvm::Error error = bindParameters(**session, params, "the parameters"))
    return std::move(error);
  DeviceOptions how;
  how.bf16 = bf16;
  how.seed = request.seed;
  Numbers numbers;
  for (const std::string &function : functions) {
    auto values = evaluateCompiled(**session, function, inputs, how);
    if (!values)
      return values.takeError();
    for (NamedValue &value : *values)
      numbers[function + " " + value.name] = std::move(value.data);
  }
  return numbers;
}

llvm::Error Comparison::runCPU(Verdict &verdict) {
  auto found = compiled(false);
  if (!found)
    return found.takeError();
  allowed = bounds(exact, single, singleLeast);
  auto misses = [&](const auto &entry) {
    return !(distance(entry.second, (*found)[entry.first]) <= allowed[entry.first]);
  };
  int64_t excused = 0, blind = 0;
  if (llvm::any_of(exact, misses)) {
    if (llvm::Error error = measureNoise())
      return error;
    for (auto &[name, bound] : allowed)
      if (singleAllowance * resolved[name] > bound) {
        bound = singleAllowance * resolved[name];
        ++excused;
        blind += bound > blindness * norm(exact[name]);
      }
  }
  verdict.counts["compared"] = int64_t(exact.size());
  verdict.counts["excused"] = excused;
  verdict.counts["blind"] = blind;
  judge(verdict, "cpu", exact, *found, allowed);
  return llvm::Error::success();
}

/// @extend in pieces that the seed says: the newest tokens' logits are those of the whole.
llvm::Error Comparison::runPieces(Verdict &verdict) {
  if (model.looksAhead)
    return llvm::Error::success();
  PipelineOptions pipeline;
  pipeline.functions = {"extend"};
  auto session = Session::create(compilation, pipeline, {});
  if (!session)
    return session.takeError();
  if (llvm::Error error = bindParameters(**session, params, "the parameters"))
    return error;
  DeviceOptions how;
  how.seed = request.seed;
  std::unique_ptr<rt::State> state = (*session)->makeState("extend", inputs.batch);
  const std::vector<double> &whole = exact.at("logits logits");
  Numbers right, found;
  for (int64_t begin = 0, end; begin < inputs.time; begin = end) {
    end = std::min(inputs.time, begin + 1 + int64_t(rt::streamKey(request.seed + uint64_t(begin), "piece") % 3));
    Inputs piece;
    piece.batch = inputs.batch;
    piece.time = end - begin;
    for (const auto &[name, ids] : inputs.ids)
      for (int64_t s = 0; s < inputs.batch; ++s)
        piece.ids[name].insert(piece.ids[name].end(), ids.begin() + s * inputs.time + begin,
                               ids.begin() + s * inputs.time + end);
    auto values = evaluateCompiled(**session, "extend", piece, how, state.get());
    if (!values)
      return values.takeError();
    for (int64_t s = 0; s < inputs.batch; ++s) {
      auto row = whole.begin() + (s * inputs.time + end - 1) * model.classes;
      right["newest"].insert(right["newest"].end(), row, row + model.classes);
    }
    std::vector<double> &all = found["newest"];
    all.insert(all.end(), values->front().data.begin(), values->front().data.end());
  }
  judge(verdict, "in pieces", right, found, {{"newest", allowed.at("logits logits")}});
  return llvm::Error::success();
}

llvm::Error Comparison::runRounded(Verdict &verdict) {
  auto module = derive(true);
  if (!module)
    return module.takeError();
  Oracle rounding = oracleOf(**module);
  auto rounded = rounding.run();
  if (!rounded)
    return rounded.takeError();
  auto found = compiled(true);
  if (!found)
    return found.takeError();
  std::map<std::string, double> half = allowed;
  for (auto &[name, bound] : half)
    bound = std::max(bound, 2 * distance(exact[name], (*rounded)[name]));
  if (llvm::any_of(exact, [&](const auto &entry) {
        return !(distance(entry.second, (*found)[entry.first]) <= half[entry.first]);
      })) {
    auto near = noise(*oracle, rounding, /*single=*/false);
    if (!near)
      return near.takeError();
    // What is not rounded to bf16 is computed in fp32: where that cancels, it may have been by luck that nothing was
    // missed.
    if (llvm::Error error = measureNoise())
      return error;
    for (auto &[name, bound] : half)
      bound = std::max({bound, 2 * (*near)[name], singleAllowance * resolved[name]});
  }
  judge(verdict, "cpu, bf16", exact, *found, half);
  return llvm::Error::success();
}

/// Says of each planted fault how far it moves a result, by the oracle, and whether the comparison on the CPU notices.
llvm::Error Comparison::runPlants(Verdict &verdict) {
  llvm::json::Array plants;
  for (int i = 0; i < request.plants; ++i) {
    mlir::OwningOpRef<mlir::ModuleOp> broken(derived->clone());
    std::string op = plant(*broken, request.seed + uint64_t(i));
    auto moved = oracleOf(*broken).run();
    if (!moved)
      return moved.takeError();
    double effect = 0;
    for (const auto &[name, bound] : bounds(exact, 1, 1e-6))
      effect = std::max(effect, distance(exact[name], (*moved)[name]) / bound);
    mlir::OwningOpRef<mlir::ModuleOp> own = compilation.exchange(std::move(broken));
    auto found = compiled(false);
    compilation.exchange(std::move(own));
    if (!found)
      return found.takeError();
    Verdict aside;
    plants.push_back(
        llvm::json::Object{{"op", op}, {"effect", effect}, {"noticed", !judge(aside, "cpu", exact, *found, allowed)}});
  }
  verdict.counts["plants"] = std::move(plants);
  return llvm::Error::success();
}

llvm::Error Comparison::runKernels(Verdict &verdict, const std::string &target) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  Console console{stream, stream};
  RowKernelsOptions options;
  options.model.path = request.file;
  options.how.seed = request.seed;
  options.how.bf16 = request.bf16;
  options.emulated.target = target;
  options.useCache = false;
  if (driver::runRowKernels(options, console) == Success)
    return llvm::Error::success();
  verdict.kind = "differs";
  verdict.what = "row kernels on " + target;
  verdict.text += stream.str();
  return llvm::Error::success();
}

llvm::Error Comparison::run(Verdict &verdict) {
  if (llvm::Error error = prepare())
    return error;
  if (llvm::Error error = runReverseMode(verdict))
    return error;
  if (verdict.kind != "ok")
    return llvm::Error::success();
  if (llvm::Error error = runCPU(verdict))
    return error;
  if (llvm::Error error = runPieces(verdict))
    return error;
  if (request.bf16)
    if (llvm::Error error = runRounded(verdict))
      return error;
  if (llvm::Error error = runPlants(verdict))
    return error;
  for (const std::string &target : request.targets)
    if (llvm::Error error = runKernels(verdict, target))
      return error;
  return llvm::Error::success();
}

Verdict compareProgram(const Request &request) {
  Verdict verdict{"ok", "", "", {}};
  auto compilation = Compilation::load({request.file, {}});
  if (!compilation)
    return {"rejected", "", llvm::toString(compilation.takeError()), {}};
  if (llvm::Error error = Comparison(request, **compilation).run(verdict)) {
    verdict.kind = "failed";
    verdict.text += llvm::toString(std::move(error));
  }
  return verdict;
}

Verdict readProgram(const Request &request) {
  auto compilation = Compilation::load({request.file, {}});
  return compilation ? Verdict{"ok", "", "", {}} : Verdict{"rejected", "", llvm::toString(compilation.takeError()), {}};
}

} // namespace braid::compare
