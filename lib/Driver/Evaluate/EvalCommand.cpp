//===- EvalCommand.cpp - braid eval: the loss on a file of tokens ---------===//
#include "Documents.h"
#include "Stream.h"
#include "Windows.h"
#include "braid/Driver/Text.h"
#include "lib/Driver/Inspect/Report.h"
#include "lib/Driver/Model.h"
#include "lib/Driver/Train/TokenData.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Support/JSON.h"
#include <algorithm>
#include <chrono>
#include <cmath>

namespace braid::driver {

namespace {
/// What a site showed, averaged over tokens.
struct Observed {
  std::string site;
  std::vector<double> mean;
};
} // namespace

/// `block.0.mlp.x.depth_weights` is observed as `depth_weights`.
static bool isNamed(llvm::StringRef path, llvm::StringRef name) {
  return path == name || path.ends_with(("." + name).str());
}

/// What could be meant, for a message.
static std::string observedNames(const ModelInfo &model) {
  llvm::SetVector<llvm::StringRef> names;
  for (llvm::StringRef path : model.observed)
    names.insert(path.rsplit('.').second.empty() ? path : path.rsplit('.').second);
  if (names.empty())
    return "; it has no `observe`";
  std::string text;
  for (llvm::StringRef name : names)
    text += (text.empty() ? "; there is `" : ", `") + name.str() + "`";
  return text;
}

namespace {
/// The means over the tokens that a loss counts, of all batches.
class Observer {
public:
  Observer(Session &session, const EvalOptions &options, int64_t time)
      : session(session), options(options), time(time) {}
  /// Runs @observe on the inputs that are there.
  llvm::Error add(int64_t first, llvm::ArrayRef<int32_t> targets);
  std::vector<Observed> means() const;

private:
  Session &session;
  const EvalOptions &options;
  int64_t time, tokens = 0;
  std::vector<Observed> sums;
};
} // namespace

llvm::Error Observer::add(int64_t first, llvm::ArrayRef<int32_t> targets) {
  if (llvm::Error error = session.run("observe", options.batch, time, options.how.seed, 0, first))
    return error;
  int64_t counted = llvm::count_if(targets, [](int32_t id) { return id >= 0; });
  tokens += counted;
  size_t next = 0;
  for (const OutputInfo &output : session.outputs("observe")) {
    llvm::StringRef site(output.name);
    site.consume_front("observe:");
    if (!isNamed(site, options.observe))
      continue;
    int64_t width = 1;
    for (const AxisInfo &axis : output.axes)
      width *= axis.size;
    if (next == sums.size())
      sums.push_back(
          {site.drop_back(std::min(site.size(), options.observe.size() + 1)).str(), std::vector<double>(width)});
    std::vector<double> &sum = sums[next++].mean;
    // What does not vary per token counts as if every token had it.
    int64_t rows = output.perToken ? int64_t(targets.size()) : 1;
    std::vector<float> values = session.floats(*session.find(output.role(), output.path()), rows * width);
    for (int64_t row = 0; row < rows; ++row)
      if (double weight = !output.perToken ? double(counted) : targets[row] >= 0; weight > 0)
        for (int64_t i = 0; i < width; ++i)
          sum[i] += weight * double(values[row * width + i]);
  }
  return llvm::Error::success();
}

std::vector<Observed> Observer::means() const {
  std::vector<Observed> result = sums;
  for (Observed &site : result)
    for (double &number : site.mean)
      number /= double(tokens);
  return result;
}

static void printObserved(const std::vector<Observed> &observed, const std::string &name, llvm::raw_ostream &os) {
  if (observed.empty())
    return;
  os << "\nmean " << name << " by site:\n";
  Table table;
  for (const Observed &site : observed) {
    std::vector<std::string> row = {site.site};
    for (size_t i = 0; i < site.mean.size() && i < 24; ++i) {
      char text[32];
      std::snprintf(text, sizeof text, "%.3f", site.mean[i]);
      row.push_back(text);
    }
    if (site.mean.size() > 24)
      row.push_back("…");
    table.add(std::move(row));
  }
  table.print(os, "  ");
}

static llvm::Error evaluateFile(const EvalOptions &options, Console &console) {
  auto model = Model::load(options.model, options.params, console);
  if (!model)
    return model.takeError();
  auto file = openTokens(model->info, options.data, options.tokenWidth);
  if (!file)
    return file.takeError();
  int64_t time = 0, separator = -1, ignore = -1;
  if (llvm::Error error =
          settingOf(options.model.path, "tokens", 1, options.tokens, model->info.usualTime()).moveInto(time))
    return error;
  if (llvm::Error error = settingOf(options.model.path, "separator", -1, options.separator, -1).moveInto(separator))
    return error;
  if (llvm::Error error = settingOf(options.model.path, "ignore", -1, options.ignore, -1).moveInto(ignore))
    return error;
  bool stream = options.order == "stream";
  if (llvm::Error error = checkTokenInputs(model->info, separator, stream ? (*file)->size() - 1 : time))
    return error;
  auto data = rt::Dataset::create(*file, time, 0);
  if (!data)
    return makeError(data.message());
  std::vector<std::string> functions = {"loss"};
  if (!options.observe.empty()) {
    if (llvm::none_of(model->info.observed, [&](llvm::StringRef name) { return isNamed(name, options.observe); }))
      return makeError("the model observes nothing as `" + options.observe + "`" + observedNames(model->info));
    functions.push_back("observe");
  }
  if (stream && model->info.looksAhead)
    return makeError("tokens of the model see later ones (`all`): a text of it does not go on from window to window");
  auto session = model->compile(std::move(functions), options.how, stream);
  if (!session)
    return session.takeError();
  auto start = std::chrono::steady_clock::now();
  Observer observer(**session, options, time);
  auto observe = [&](int64_t first, llvm::ArrayRef<int32_t> targets) -> llvm::Error {
    if (options.observe.empty())
      return llvm::Error::success();
    return observer.add(first, targets);
  };
  auto result = stream ? evaluateStream(**session, *data, separator, ignore, options.how.seed)
                       : evaluateWindows(**session, *data, options.batch, options.batches, separator, ignore,
                                         options.how.seed, observe);
  if (!result)
    return result.takeError();
  if (!std::isfinite(result->loss))
    return makeError("the loss is not finite: parameters hold, or lead to, numbers that are not");
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  std::vector<Observed> observed = observer.means();
  double bits = result->loss / std::log(2.0);
  if (options.json) {
    llvm::json::Object root{{"loss", result->loss},
                            {"bits_per_token", bits},
                            {"perplexity", std::exp(result->loss)},
                            {"tokens", result->tokens},
                            {"seconds", seconds}};
    // A token of this vocabulary is a byte.
    if (model->info.classes <= 256)
      root["bits_per_byte"] = bits;
    llvm::json::Object sites;
    for (const Observed &site : observed)
      sites[site.site] = llvm::json::Array(site.mean);
    if (!observed.empty())
      root[options.observe] = std::move(sites);
    console.out << jsonText(std::move(root));
    return llvm::Error::success();
  }
  Table table;
  table.add({"loss", general(result->loss, 6) + " nats a token"});
  table.add({model->info.classes <= 256 ? "bits per byte" : "bits per token", general(bits, 5)});
  table.add({"perplexity", general(std::exp(result->loss), 5)});
  table.add({"tokens", grouped(result->tokens) + ", " + siText(double(result->tokens) / seconds, "tokens/s")});
  table.print(console.out);
  printObserved(observed, options.observe, console.out);
  return llvm::Error::success();
}

int eval(const EvalOptions &options, Console &console) {
  if (llvm::Error error = evaluateFile(options, console))
    return fail(console, std::move(error));
  return Success;
}

} // namespace braid::driver
