//===- CheckCommand.cpp - braid check: what a model is and what it will cost -===//
//
// FLOPs, traffic and memory are those of the plan of `loss` and `grad`, not
// estimates of their own.
//
//===----------------------------------------------------------------------===//
#include "braid/Driver/Compilation.h"
#include "braid/Driver/Inputs.h"
#include "braid/Driver/ModelInfo.h"
#include "braid/Driver/Text.h"
#include "braid/Pipelines/Explain.h"
#include "lib/Driver/Inspect/Report.h"
#include "llvm/Support/JSON.h"

namespace braid::driver {

static llvm::json::Array axesJson(const std::vector<AxisInfo> &axes) {
  llvm::json::Array result;
  for (const AxisInfo &axis : axes)
    result.push_back(axis.name);
  return result;
}

static llvm::json::Object modelJson(const ModelInfo &info) {
  llvm::json::Array parameters, inputs, observed;
  for (const ParameterInfo &p : info.parameters) {
    llvm::json::Object o{{"path", p.path},           {"shape", llvm::json::Array(p.shape())},
                         {"axes", axesJson(p.axes)}, {"numbers", p.numbers},
                         {"decay", p.decay},         {"lr", p.lr}};
    if (!p.group.empty())
      o["group"] = p.group;
    parameters.push_back(std::move(o));
  }
  for (const InputInfo &input : info.inputs) {
    llvm::json::Object o{{"name", input.name}, {"per_token", input.perToken}, {"axes", axesJson(input.axes)}};
    if (input.isId)
      o["ids"] = input.idSize;
    inputs.push_back(std::move(o));
  }
  for (const std::string &name : info.observed)
    observed.push_back(name);
  return llvm::json::Object{{"model", info.name},
                            {"classes", info.classes},
                            {"parameter_count", info.numbers()},
                            {"parameters", std::move(parameters)},
                            {"inputs", std::move(inputs)},
                            {"observed", std::move(observed)}};
}

static llvm::json::Array warningsJson(const Compilation &compilation) {
  llvm::json::Array result;
  for (const Diagnostic &d : compilation.warnings()) {
    LineColumn at = compilation.sources.locate(d.range.file, d.range.begin);
    result.push_back(llvm::json::Object{{"code", diagnosticCode(d.id)},
                                        {"message", d.message},
                                        {"file", std::string(compilation.sources.name(d.range.file))},
                                        {"line", at.line},
                                        {"column", at.column}});
  }
  return result;
}

static llvm::json::Object costJson(const Cost &cost, int64_t batch, int64_t time) {
  llvm::json::Object categories;
  for (const auto &[name, bytes] : cost.categories)
    categories[name] = bytes;
  return llvm::json::Object{{"flops", cost.flops(batch, time)},
                            {"bytes_loaded", cost.loaded * batch * time + cost.fixedBytes},
                            {"bytes_stored", cost.stored * batch * time},
                            {"bytes_bound", cost.bound * batch * time},
                            {"token_arena_bytes", cost.tokenArena},
                            {"fixed_arena_bytes", cost.fixedArena},
                            {"peak_arena_bytes", cost.tokenArena * batch * time + cost.fixedArena},
                            {"launches", cost.launches},
                            {"products", cost.products},
                            {"kernels", cost.kernels},
                            {"bytes_per_token_by_category", std::move(categories)}};
}

/// What a text that goes on remembers; null where the model has no way to go on.
static const Cost *goingOn(const std::vector<Cost> &costs) {
  for (const Cost &cost : costs)
    if (cost.function == "extend")
      return &cost;
  return nullptr;
}

static llvm::json::Object stateJson(const Cost &cost) {
  llvm::json::Array values;
  for (const Remembered &value : cost.remembered)
    values.push_back(
        llvm::json::Object{{"path", value.path},
                           {"rows", value.rows < 0 ? llvm::json::Value(nullptr) : llvm::json::Value(value.rows)},
                           {"bytes_per_row", value.bytes}});
  return llvm::json::Object{{"bytes_per_token", cost.rememberedPerToken()},
                            {"bytes_per_sequence", cost.rememberedInAll()},
                            {"values", std::move(values)}};
}

static void printText(const ModelInfo &info, const std::vector<Cost> &costs, const CheckOptions &options,
                      llvm::raw_ostream &os) {
  os << "model " << info.name << ": " << grouped(info.numbers()) << " parameters in " << info.parameters.size()
     << " tensors, " << info.classes << " classes\n\n";
  Table inputs({"input", "type"});
  for (const InputInfo &input : info.inputs)
    inputs.add({input.name, (input.perToken ? "one a token, " : "one in all, ") +
                                (!input.isId    ? "real"
                                 : input.idSize ? "id below " + std::to_string(input.idSize)
                                                : "id")});
  inputs.print(os, "  ");
  os << "\n";
  Table parameters({"parameter", "type", "numbers", "options"}, {2});
  for (const ParameterInfo &p : info.parameters) {
    std::string notes = p.decay ? "decay" : "";
    if (p.lr != 1)
      notes += (notes.empty() ? "lr " : ", lr ") + general(p.lr);
    if (!p.group.empty())
      notes += (notes.empty() ? "in " : ", in ") + p.group;
    parameters.add({p.path, p.type(), grouped(p.numbers), notes});
  }
  parameters.print(os, "  ");
  int64_t tokens = options.batch * options.tokens;
  os << "\nfor " << options.batch << " x " << options.tokens << " tokens in " << (options.bf16 ? "bf16" : "fp32")
     << ":\n";
  Table table({"program", "FLOPs", "kernel traffic", "bound", "arena", "launches", "products"}, {1, 2, 3, 4, 5, 6});
  for (const Cost &cost : costs)
    if (&cost != goingOn(costs))
      table.add({cost.function, siText(cost.flops(options.batch, options.tokens)),
                 bytesText((cost.loaded + cost.stored) * tokens + cost.fixedBytes), bytesText(cost.bound * tokens),
                 bytesText(double(cost.tokenArena) * tokens + cost.fixedArena), std::to_string(cost.launches),
                 std::to_string(cost.products)});
  table.print(os, "  ");
  double numbers = double(info.numbers()) * 4;
  os << "  parameters " << bytesText(numbers) << "; in training also gradients and moments, " << bytesText(3 * numbers)
     << "\n";
  const Cost *going = goingOn(costs);
  if (!going)
    os << "  tokens see later ones (`all`): a text cannot go on\n";
  else if (going->remembered.empty())
    os << "  a text that goes on remembers nothing\n";
  else
    os << "  a text that goes on remembers " << bytesText(double(going->rememberedPerToken()))
       << " for each token, and " << bytesText(double(going->rememberedInAll())) << " beside\n";
}

int check(const CheckOptions &options, Console &console) {
  auto compilation = Compilation::load(options.model, &console);
  if (!compilation)
    return fail(console, compilation.takeError());
  auto info = describe((*compilation)->module());
  if (!info)
    return fail(console, info.takeError());
  PipelineOptions pipeline;
  pipeline.bf16 = options.bf16;
  pipeline.functions = {"loss", "grad"};
  if (!info->looksAhead)
    pipeline.functions.push_back("extend");
  if (llvm::Error error = checkTokens(options.batch, options.tokens))
    return fail(console, std::move(error));
  auto planned = (*compilation)->lower(Stage::Host, pipeline);
  if (!planned)
    return fail(console, planned.takeError());
  std::vector<Cost> all = costs(**planned);
  if (!options.json) {
    printText(*info, all, options, console.out);
    return Success;
  }
  llvm::json::Object root = modelJson(*info), programs;
  for (const Cost &cost : all)
    if (&cost != goingOn(all))
      programs[cost.function] = costJson(cost, options.batch, options.tokens);
  if (const Cost *going = goingOn(all))
    root["state"] = stateJson(*going);
  root["warnings"] = warningsJson(**compilation);
  root["batch"] = options.batch;
  root["tokens"] = options.tokens;
  root["dtype"] = options.bf16 ? "bf16" : "fp32";
  root["programs"] = std::move(programs);
  root["parameter_bytes"] = info->numbers() * 4;
  console.out << jsonText(std::move(root));
  return Success;
}

} // namespace braid::driver
