//===- Session.cpp - a compiled model with its memory ---------------------===//
#include "braid/Driver/Session.h"
#include "braid/Driver/Inputs.h"
#include "braid/Reference/Interpreter.h"
#include "llvm/ADT/bit.h"
#include <cassert>
#include <chrono>
#include <cstring>

namespace braid::driver {

Session::~Session() {
  for (Buffer &buffer : buffers)
    device->release(buffer.memory);
}

llvm::Error Session::allocate(Buffer &buffer, int64_t bytes) {
  void *memory = device->allocate(bytes);
  if (!memory)
    return makeError("no memory for `" + buffer.what.name() + "`: " + std::to_string(bytes >> 20) + " MiB");
  device->release(buffer.memory);
  buffer.memory = memory;
  buffer.bytes = bytes;
  return llvm::Error::success();
}

void Session::writeBytes(Handle to, const void *numbers, int64_t offset, int64_t bytes) {
  Buffer &buffer = buffers[to.index];
  assert(buffer.what.dtype != BRAID_BF16 && offset >= 0 && offset + bytes <= buffer.bytes);
  device->write(buffer.memory, offset, numbers, bytes);
}

std::vector<float> Session::floats(Handle from, int64_t count, int64_t first) const {
  const Buffer &buffer = buffers[from.index];
  std::vector<float> result(static_cast<size_t>(count));
  int64_t each = braid_dtype_bytes(buffer.what.dtype);
  assert((first + count) * each <= buffer.bytes);
  if (buffer.what.dtype == BRAID_F32) {
    device->read(buffer.memory, first * 4, result.data(), count * 4);
    return result;
  }
  std::vector<char> stored(static_cast<size_t>(count * each));
  device->read(buffer.memory, first * each, stored.data(), count * each);
  for (size_t i = 0; i < result.size(); ++i) {
    if (buffer.what.dtype == BRAID_I32) {
      int32_t number;
      std::memcpy(&number, &stored[i * 4], 4);
      result[i] = float(number);
      continue;
    }
    uint16_t half;
    std::memcpy(&half, &stored[i * 2], 2);
    result[i] = llvm::bit_cast<float>(uint32_t(half) << 16);
  }
  return result;
}

void Session::zero(Handle to) { device->zero(buffers[to.index].memory, buffers[to.index].bytes); }

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
      auto [place, fresh] = session->places.try_emplace(Key(external.role, external.path), session->buffers.size());
      if (!fresh) {
        const External &known = session->buffers[place->second].what;
        if (known.numbers != external.numbers || known.dtype != external.dtype || known.perToken != external.perToken)
          return makeError("two programs disagree about `" + external.name() + "`");
        continue;
      }
      session->buffers.push_back({external});
      if (!external.perToken)
        if (llvm::Error error = session->allocate(session->buffers.back(), external.bytes(1)))
          return std::move(error);
    }
  session->compileSeconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  return std::move(session);
}

llvm::Error Session::reserve(int64_t batch, int64_t time) {
  if (llvm::Error error = checkTokens(batch, time))
    return error;
  int64_t tokens = (batch * time + 15) / 16 * 16;
  for (Buffer &buffer : buffers) {
    int64_t bytes = 0;
    if (buffer.what.perToken &&
        __builtin_mul_overflow(buffer.what.numbers * braid_dtype_bytes(buffer.what.dtype), tokens, &bytes))
      return makeError("no memory for `" + buffer.what.name() + "`: more bytes than 64 bits count");
    if (bytes > buffer.bytes && !buffer.what.past) // a state has those
      if (llvm::Error error = allocate(buffer, bytes))
        return error;
  }
  return llvm::Error::success();
}

std::optional<Handle> Session::find(braid_role role, llvm::StringRef path) const {
  auto found = places.find(Key(role, path.str()));
  return found == places.end() ? std::nullopt : std::optional(Handle(found->second));
}

void Session::redirect(const std::string &function, braid_role role, llvm::StringRef path, braid_role other,
                       llvm::StringRef otherPath) {
  redirected[function][Key(role, path.str())] = Key(other, otherPath.str());
}

llvm::Error Session::run(const std::string &function, int64_t batch, int64_t time, uint64_t seed, int64_t step,
                         int64_t firstSequence) {
  RunRequest request;
  request.function = function;
  request.batch = batch;
  request.time = time;
  request.seed = seed;
  request.step = step;
  return run(std::move(request), firstSequence);
}

llvm::Error Session::extend(const std::string &function, rt::State &state, int64_t time, llvm::ArrayRef<int64_t> counts,
                            uint64_t seed, int64_t step, int64_t firstSequence) {
  braid_rows rows = {time, nullptr, nullptr, counts.data()};
  RunRequest request;
  request.function = function;
  request.batch = state.batch();
  request.time = time;
  request.rows = &rows;
  request.state = &state;
  request.seed = seed;
  request.step = step;
  return run(std::move(request), firstSequence);
}

llvm::Error Session::run(RunRequest request, int64_t firstSequence) {
  const FunctionInfo *described = compiled->find(request.function);
  if (!described)
    return makeError("the program `" + request.function + "` was not compiled");
  if (llvm::Error error = reserve(request.batch, request.time))
    return error;
  // The coordinates of draws, where there are any.
  if (std::optional<Handle> draw = find(BRAID_DRAW, "draw")) {
    uint32_t words[4] = {uint32_t(request.seed), uint32_t(request.seed >> 32), uint32_t(request.step),
                         uint32_t(firstSequence)};
    write(*draw, llvm::ArrayRef(words));
  }
  const auto &others = redirected[request.function];
  for (const External &external : described->externals) {
    Key key(external.role, external.path);
    auto other = others.find(key);
    auto place = places.find(other == others.end() ? key : other->second);
    if (place == places.end())
      return makeError("nothing stands for `" + external.name() + "`");
    request.externals.push_back(buffers[place->second].memory);
  }
  return compiled->run(request);
}

int64_t Session::bytesOf(braid_role role) const {
  int64_t sum = 0;
  for (const Buffer &buffer : buffers)
    if (buffer.what.role == role)
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
    if (std::optional<Handle> parameter = session.find(BRAID_PARAMETER, path))
      session.write(*parameter, llvm::ArrayRef<float>(tensor.toFloats()));
  return llvm::Error::success();
}

llvm::Error initialiseParameters(Session &session, Compilation &compilation, uint64_t seed) {
  auto values = ref::initialParameters(compilation.module(), seed);
  if (!values)
    return values.takeError();
  for (const auto &[path, value] : *values)
    if (std::optional<Handle> parameter = session.find(BRAID_PARAMETER, path))
      session.write(*parameter, llvm::ArrayRef<float>(value.data));
  return llvm::Error::success();
}

} // namespace braid::driver
