//===- Session.cpp - a compiled model with its memory ---------------------===//
#include "braid/Driver/Session.h"
#include "braid/Driver/Inputs.h"
#include "braid/Reference/Interpreter.h"
#include <chrono>
#include <cstring>
#include <sys/mman.h>

namespace braid::driver {

std::vector<float> Buffer::toFloats(int64_t count) const {
  std::vector<float> result(count);
  if (dtype == BRAID_F32)
    std::memcpy(result.data(), data.get(), count * 4);
  for (int64_t i = 0; i < count && dtype != BRAID_F32; ++i) {
    if (dtype == BRAID_BF16) {
      uint32_t bits = uint32_t(static_cast<const uint16_t *>(data.get())[i]) << 16;
      std::memcpy(&result[i], &bits, 4);
    } else {
      result[i] = float(static_cast<const int32_t *>(data.get())[i]);
    }
  }
  return result;
}

/// Makes room for `bytes`, zeroed. Large buffers are whole pages that the system zeroes when they are first
/// touched, so that a model can be compiled and looked at without its memory.
static llvm::Error allocate(Buffer &buffer, int64_t bytes, const std::string &name) {
  constexpr int64_t page = 4096, large = 1 << 20;
  int64_t unit = bytes >= large ? page : 64;
  int64_t rounded = std::max<int64_t>((bytes + unit - 1) / unit * unit, unit);
  void *memory = std::aligned_alloc(size_t(unit), size_t(rounded));
  if (!memory)
    return makeError("no memory for `" + name + "`: " + std::to_string(rounded >> 20) + " MiB");
  if (unit != page || madvise(memory, size_t(rounded), MADV_DONTNEED) != 0)
    std::memset(memory, 0, size_t(rounded));
  buffer.data.reset(memory);
  buffer.bytes = bytes;
  return llvm::Error::success();
}

llvm::Expected<std::unique_ptr<Session>> Session::create(Compilation &compilation, const PipelineOptions &pipeline,
                                                         const EngineOptions &engine,
                                                         llvm::function_ref<void(mlir::ModuleOp)> edit) {
  auto start = std::chrono::steady_clock::now();
  auto session = std::make_unique<Session>();
  llvm::Expected<ModelInfo> info = describe(compilation.module());
  if (!info)
    return info.takeError();
  session->info = std::move(*info);
  auto module = compilation.lower(Stage::Host, pipeline, [&](Stage stage, mlir::ModuleOp at) {
    if (stage == Stage::Derived)
      session->produced = outputsOf(at);
  });
  if (!module)
    return module.takeError();
  if (edit)
    edit(**module);
  session->stated = braid::costs(**module);
  llvm::Error problem = compilation.withDiagnostics([&]() -> llvm::LogicalResult {
    llvm::Expected<std::unique_ptr<Program>> program = Program::compile(**module, engine);
    if (!program)
      return mlir::emitError(mlir::UnknownLoc::get(&compilation.context()), llvm::toString(program.takeError()));
    session->compiled = std::move(*program);
    return llvm::success();
  });
  if (problem)
    return std::move(problem);
  for (const FunctionInfo &function : session->compiled->functions())
    for (const External &external : function.externals) {
      auto [place, fresh] = session->buffers.try_emplace(external.name);
      Buffer &buffer = place->second;
      if (!fresh) {
        if (buffer.numbers != external.numbers || buffer.dtype != external.dtype ||
            buffer.perToken != external.perToken)
          return makeError("two programs disagree about `" + external.name + "`");
        continue;
      }
      buffer.numbers = external.numbers;
      buffer.dtype = external.dtype;
      buffer.perToken = external.perToken;
      if (!external.perToken)
        if (llvm::Error error = allocate(buffer, external.bytes(1), external.name))
          return std::move(error);
    }
  session->compileSeconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return std::move(session);
}

llvm::Error Session::reserve(int64_t batch, int64_t time) {
  if (llvm::Error error = checkTokens(batch, time))
    return error;
  int64_t tokens = (batch * time + 15) / 16 * 16;
  for (auto &[name, buffer] : buffers) {
    int64_t bytes = 0;
    if (buffer.perToken && __builtin_mul_overflow(buffer.numbers * braid_dtype_bytes(buffer.dtype), tokens, &bytes))
      return makeError("no memory for `" + name + "`: more bytes than 64 bits count");
    if (bytes > buffer.bytes)
      if (llvm::Error error = allocate(buffer, bytes, name))
        return error;
  }
  return llvm::Error::success();
}

Buffer *Session::find(llvm::StringRef name) {
  auto found = buffers.find(name.str());
  return found == buffers.end() ? nullptr : &found->second;
}

void Session::redirect(const std::string &function, const std::string &name, const std::string &other) {
  redirected[function][name] = other;
}

llvm::Error Session::run(const std::string &function, int64_t batch, int64_t time, uint64_t seed, int64_t step,
                         int64_t firstSequence) {
  const FunctionInfo *described = compiled->find(function);
  if (!described)
    return makeError("the program `" + function + "` was not compiled");
  if (llvm::Error error = reserve(batch, time))
    return error;
  RunRequest request;
  request.function = function;
  request.batch = batch;
  request.time = time;
  request.seed = seed;
  request.step = step;
  // The coordinates of draws, where there are any.
  if (Buffer *draw = find("draw")) {
    uint32_t words[4] = {uint32_t(seed), uint32_t(seed >> 32), uint32_t(step), uint32_t(firstSequence)};
    std::memcpy(draw->data.get(), words, sizeof words);
  }
  const auto &others = redirected[function];
  for (const External &external : described->externals) {
    auto other = others.find(external.name);
    Buffer *buffer = find(other == others.end() ? external.name : other->second);
    if (!buffer)
      return makeError("nothing stands for `" + external.name + "`");
    request.externals[external.name] = buffer->data.get();
  }
  return compiled->run(request);
}

int64_t Session::bytesOf(llvm::StringRef prefix) const {
  int64_t sum = 0;
  for (const auto &[name, buffer] : buffers)
    if (llvm::StringRef(name).starts_with(prefix))
      sum += buffer.bytes;
  return sum;
}

int64_t Session::arenaBytes(int64_t batch, int64_t time) const {
  int64_t tokens = (batch * time + 15) / 16 * 16, token = 0, fixed = 0;
  for (const FunctionInfo &function : compiled->functions()) {
    token = std::max(token, function.tokenBytes);
    fixed = std::max(fixed, function.fixedBytes);
  }
  return token * tokens + fixed;
}

static std::string shapeText(const std::vector<int64_t> &shape) {
  std::string text = "[";
  for (int64_t size : shape)
    text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + "]";
}

llvm::Error checkParameters(const ModelInfo &model, const rt::TensorFile &file, const std::string &what) {
  for (const ParameterInfo &parameter : model.parameters) {
    auto found = file.tensors.find(parameter.path);
    if (found == file.tensors.end())
      return makeError("`" + what + "` lacks the parameter `" + parameter.path + "` " + parameter.type());
    if (found->second.shape != parameter.shape())
      return makeError("`" + what + "`: `" + parameter.path + "` has the shape " + shapeText(found->second.shape) +
                       "; the model's is " + parameter.type());
    if (rt::DType dtype = found->second.dtype; !rt::isReal(dtype))
      return makeError("`" + what + "`: `" + parameter.path + "` holds " + rt::nameOf(dtype) + ", not real numbers");
  }
  for (const auto &[path, tensor] : file.tensors)
    if (!model.find(path))
      return makeError("`" + what + "` has a tensor `" + path + "`, which is no parameter of the model");
  return llvm::Error::success();
}

llvm::Error bindParameters(Session &session, const rt::TensorFile &file, const std::string &what) {
  if (llvm::Error error = checkParameters(session.model(), file, what))
    return error;
  for (const auto &[path, tensor] : file.tensors)
    if (Buffer *buffer = session.find("param:" + path)) {
      std::vector<float> values = tensor.toFloats();
      std::memcpy(buffer->data.get(), values.data(), values.size() * 4);
    }
  return llvm::Error::success();
}

llvm::Error initialiseParameters(Session &session, Compilation &compilation, uint64_t seed) {
  auto values = ref::initialParameters(compilation.module(), seed);
  if (!values)
    return values.takeError();
  for (const auto &[path, value] : *values)
    if (Buffer *buffer = session.find("param:" + path))
      std::memcpy(buffer->data.get(), value.data.data(), value.data.size() * 4);
  return llvm::Error::success();
}

} // namespace braid::driver
