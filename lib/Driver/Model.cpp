//===- Model.cpp - a trained model: its program and its parameters --------===//
#include "lib/Driver/Model.h"

namespace braid::driver {

llvm::Expected<Model> Model::load(const ModelArgs &args, const std::string &params, Console &console) {
  Model model;
  auto loaded = Compilation::load(args, &console);
  if (!loaded)
    return loaded.takeError();
  model.compilation = std::move(*loaded);
  auto info = describe(model.compilation->module());
  if (!info)
    return info.takeError();
  model.info = std::move(*info);
  auto chosen = chooseParameters(args, params, console);
  if (!chosen)
    return chosen.takeError();
  model.params = std::move(*chosen);
  model.named = params.empty() ? args.path : params;
  if (llvm::Error error = checkParameters(model.info, model.params, model.named))
    return std::move(error);
  return std::move(model);
}

llvm::Expected<std::unique_ptr<Session>> Model::compile(std::vector<std::string> functions, const DeviceOptions &how,
                                                        bool state) {
  PipelineOptions pipeline;
  pipeline.functions = std::move(functions);
  pipeline.bf16 = how.bf16;
  pipeline.state = state;
  EngineOptions engine;
  engine.threads = how.threads;
  auto session = Session::create(*compilation, pipeline, engine);
  if (!session)
    return session.takeError();
  if (llvm::Error error = bindParameters(**session, params, named))
    return std::move(error);
  return std::move(*session);
}

} // namespace braid::driver
