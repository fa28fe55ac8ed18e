//===- Metrics.cpp - metrics.jsonl and the loss curve ---------------------===//
#include "Metrics.h"
#include "Curve.h"
#include "braid/Driver/Console.h"
#include "braid/IO/InputFile.h"
#include "braid/IO/OutputFile.h"
#include "braid/Support/JsonDepth.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include <cmath>

namespace braid::driver {

llvm::Expected<Metrics> Metrics::open(const std::string &folder, int64_t step) {
  Metrics metrics;
  metrics.folder = folder;
  metrics.file = folder + "/metrics.jsonl";
  std::string kept;
  // What cannot be read must not be replaced by a new file.
  auto text = rt::readInput(metrics.file, uint64_t(4) << 30);
  if (!text)
    return makeError(text.message());
  if (*text) {
    llvm::StringRef rest = **text;
    while (!rest.empty()) {
      auto [line, after] = rest.split('\n');
      rest = after;
      if (isTooDeepJson(line))
        continue;
      auto value = llvm::json::parse(line);
      if (!value) {
        llvm::consumeError(value.takeError());
        continue;
      }
      const llvm::json::Object *object = value->getAsObject();
      std::optional<int64_t> at = object ? object->getInteger("step") : std::nullopt;
      if (!at || *at < 0 || *at > step)
        continue;
      auto keep = [&](llvm::StringRef name, auto &curve) {
        if (auto loss = object->getNumber(name); loss && std::isfinite(*loss))
          curve.emplace_back(*at, *loss);
      };
      if (auto seconds = object->getNumber("seconds"); seconds && std::isfinite(*seconds))
        metrics.seconds = std::max(metrics.seconds, *seconds);
      if (auto tokens = object->getInteger("tokens"))
        metrics.tokens = std::max(metrics.tokens, *tokens);
      keep("loss", metrics.losses);
      keep("validation_loss", metrics.evaluations);
      kept += line.str() + "\n";
    }
  }
  if (rt::Status status = rt::writeFileAtomically(metrics.file, {kept}); !status)
    return makeError(status.message());
  return metrics;
}

llvm::Error Metrics::append(const std::string &line) {
  std::error_code code;
  llvm::raw_fd_ostream os(file, code, llvm::sys::fs::CD_OpenAlways, llvm::sys::fs::FA_Write, llvm::sys::fs::OF_Append);
  if (code)
    return makeError("cannot write `" + file + "`: " + code.message());
  os << line << "\n";
  os.close();
  if (os.has_error()) {
    code = os.error();
    os.clear_error();
    return makeError("cannot write `" + file + "`: " + code.message());
  }
  return llvm::Error::success();
}

/// JSON has no NaN; nothing else may lose digits.
static std::string number(double value) {
  if (!std::isfinite(value))
    return "null";
  char text[40];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

llvm::Error Metrics::add(const StepMetrics &m) {
  if (std::isfinite(m.loss))
    losses.emplace_back(m.step, m.loss);
  return append("{\"step\": " + std::to_string(m.step) + ", \"loss\": " + number(m.loss) + ", \"grad_norm\": " +
                number(m.gradNorm) + ", \"lr\": " + number(m.lr) + ", \"tokens\": " + std::to_string(m.tokens) +
                ", \"seconds\": " + number(m.seconds) + ", \"tokens_per_second\": " + number(m.tokensPerSecond) +
                ", \"mfu\": " + number(m.mfu) + (m.skipped ? ", \"skipped\": true" : "") + "}");
}

llvm::Error Metrics::addEvaluation(int64_t step, double loss, double bitsPerByte) {
  if (std::isfinite(loss))
    evaluations.emplace_back(step, loss);
  return append("{\"step\": " + std::to_string(step) + ", \"validation_loss\": " + number(loss) +
                ", \"validation_bits_per_byte\": " + number(bitsPerByte) + "}");
}

llvm::Error Metrics::drawCurve() const {
  // A running mean over about a fiftieth of the run lets the trend be seen behind the noise.
  std::vector<std::pair<int64_t, double>> smooth;
  double mean = 0, weight = 0, keep = 1 - 1.0 / std::max<double>(1, double(losses.size()) / 50);
  for (const auto &[step, loss] : losses) {
    mean = keep * mean + loss;
    weight = keep * weight + 1;
    smooth.emplace_back(step, mean / weight);
  }
  std::string svg = drawLossCurve({{"training loss", "#bbccee", 1.0, losses},
                                   {"smoothed", "#3366cc", 2.0, smooth},
                                   {"validation loss", "#cc5533", 2.0, evaluations}});
  if (rt::Status status = rt::writeFileAtomically(folder + "/loss.svg", {svg}); !status)
    return makeError(status.message());
  return llvm::Error::success();
}

} // namespace braid::driver
