//===- Eval.cpp - braid eval: the loss on a file of tokens ----------------===//
#include "braid/Driver/Text.h"
#include "lib/Driver/Trainer.h"
#include "llvm/Support/JSON.h"
#include <chrono>
#include <cmath>

namespace braid::driver {

static llvm::Error evaluateFile(const EvalOptions &options, Console &console) {
  auto loaded = Compilation::load(options.model, console.color);
  if (!loaded)
    return loaded.takeError();
  auto model = describe((*loaded)->module());
  if (!model)
    return model.takeError();
  auto params = chooseParameters(options.model, options.params, console);
  if (!params)
    return params.takeError();
  std::string named = options.params.empty() ? options.model.path : options.params;
  if (llvm::Error error = checkParameters(*model, *params, named))
    return error;
  auto file = rt::TokenFile::open(options.data);
  if (!file)
    return makeError(file.message());
  if (llvm::Error error = checkTokens(*model, **file))
    return error;
  auto data = rt::Dataset::create(*file, options.tokens, 0);
  if (!data)
    return makeError(data.message());
  PipelineOptions pipeline;
  pipeline.bf16 = options.how.bf16;
  pipeline.functions = {"loss"};
  EngineOptions engine;
  engine.threads = options.how.threads;
  auto session = Session::create(**loaded, pipeline, engine);
  if (!session)
    return session.takeError();
  if (llvm::Error error = bindParameters(**session, *params, named))
    return error;
  auto start = std::chrono::steady_clock::now();
  auto result = evaluateWindows(**session, *data, options.batch, options.batches);
  if (!result)
    return result.takeError();
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  double bits = result->loss / std::log(2.0);
  if (options.json) {
    llvm::json::Object root{{"loss", result->loss}, {"bits_per_token", bits}, {"perplexity", std::exp(result->loss)},
                            {"tokens", result->tokens}, {"seconds", seconds}};
    // A token of this vocabulary is a byte.
    if (model->classes <= 256)
      root["bits_per_byte"] = bits;
    console.out << llvm::formatv("{0:2}", llvm::json::Value(std::move(root))) << "\n";
    return llvm::Error::success();
  }
  Table table;
  table.add({"loss", general(result->loss, 6) + " nats a token"});
  table.add({model->classes <= 256 ? "bits per byte" : "bits per token", general(bits, 5)});
  table.add({"perplexity", general(std::exp(result->loss), 5)});
  table.add({"tokens", grouped(result->tokens) + ", " + siText(double(result->tokens) / seconds, "tokens/s")});
  table.print(console.out);
  return llvm::Error::success();
}

int eval(const EvalOptions &options, Console &console) {
  if (llvm::Error error = evaluateFile(options, console))
    return fail(console, std::move(error));
  return Success;
}

} // namespace braid::driver
