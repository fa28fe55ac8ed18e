//===- GenerateCommand.cpp - braid generate: a text goes on ---------------===//
//
// The program @extend reads a prompt in pieces and goes on a token at a time with what it remembers: the numbers of
// training, to rounding. Several prompts go on side by side.
//
//===----------------------------------------------------------------------===//
#include "Documents.h"
#include "Prompt.h"
#include "Sampler.h"
#include "Texts.h"
#include "braid/Data/Dataset.h"
#include "braid/Driver/Machine.h"
#include "braid/Driver/Text.h"
#include "lib/Driver/Model.h"
#include "llvm/Support/JSON.h"
#include <chrono>

namespace braid::driver {

using Clock = std::chrono::steady_clock;

static double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Text as it is, ids with commas between.
static void write(llvm::raw_ostream &os, llvm::ArrayRef<uint32_t> tokens, bool ids, bool first) {
  if (!ids)
    os << rt::decodeBytes(tokens.vec());
  else
    for (uint32_t token : tokens) {
      os << (first ? "" : ",") << token;
      first = false;
    }
  os.flush();
}

namespace {
/// A prompt and what it has become.
struct Line {
  Prompt prompt;
  uint64_t seed;
  std::vector<uint32_t> made;
  bool stopped = false, done = false;
};

class Generator {
public:
  Generator(const GenerateOptions &options, Console &console, Session &session, TextOptions how, int64_t readable)
      : options(options), console(console), session(session), how(how), readable(readable) {}
  /// Goes on with these prompts side by side; `seen` gets each token as it is made.
  llvm::Error go(llvm::MutableArrayRef<Line> lines, llvm::function_ref<void(uint32_t)> seen);
  /// Says how long it took.
  void report() const;

private:
  llvm::Error step(llvm::MutableArrayRef<Line> lines, Texts &texts, llvm::function_ref<void(uint32_t)> seen);

  const GenerateOptions &options;
  Console &console;
  Session &session;
  TextOptions how;
  int64_t readable;
  bool told = false;
  int64_t prompted = 0, made = 0;
  double prefill = 0, all = 0, first = -1; ///< seconds
};
} // namespace

/// The next token of every line that is not done.
llvm::Error Generator::step(llvm::MutableArrayRef<Line> lines, Texts &texts, llvm::function_ref<void(uint32_t)> seen) {
  auto isDone = [&](Line &line) {
    line.stopped = line.prompt.stopped(line.made);
    return line.done = line.stopped || int64_t(line.made.size()) >= options.maxTokens;
  };
  for (auto [i, line] : llvm::enumerate(lines)) {
    if (isDone(line))
      continue;
    auto next = sampleToken(texts.logits(int64_t(i)), readable, options, line.seed, int64_t(line.made.size()));
    if (!next)
      return options.prompts.empty()
                 ? next.takeError()
                 : makeError("prompt of seed " + llvm::Twine(line.seed) + ": " + llvm::toString(next.takeError()));
    line.made.push_back(uint32_t(*next));
    seen(uint32_t(*next));
    if (!isDone(line))
      texts.append(int64_t(i), line.made.back());
    ++made;
  }
  return llvm::Error::success();
}

llvm::Error Generator::go(llvm::MutableArrayRef<Line> lines, llvm::function_ref<void(uint32_t)> seen) {
  Clock::time_point start = Clock::now();
  Texts texts(session, int64_t(lines.size()), how);
  int64_t longest = 0;
  for (auto [i, line] : llvm::enumerate(lines)) {
    texts.append(int64_t(i), line.prompt.tokens);
    prompted += int64_t(line.prompt.tokens.size());
    longest = std::max(longest, int64_t(line.prompt.tokens.size()) + options.maxTokens);
  }
  if (llvm::Error error = texts.reserve(how.context ? std::min(longest, how.context) : longest))
    return error;
  bool prompts = true;
  while (!llvm::all_of(lines, [](const Line &line) { return line.done; })) {
    if (llvm::Error error = texts.run())
      return error;
    if (prompts)
      prefill += secondsSince(start);
    prompts = false;
    if (llvm::Error error = step(lines, texts, seen))
      return error;
    if (first < 0)
      first = secondsSince(start);
    if (texts.hasRestarted() && !told) {
      told = true;
      warn(console, "there is no room for more than " + llvm::Twine(how.context) +
                        " tokens (`--context`): the text goes on from its newest " +
                        llvm::Twine(std::max<int64_t>(1, how.context / 2)));
    }
  }
  all += secondsSince(start);
  return llvm::Error::success();
}

void Generator::report() const {
  if (!made)
    return;
  console.err << "first token after " << general(first, 3) << " s" << ", prompts of " << grouped(prompted)
              << " tokens; " << grouped(made) << " tokens";
  if (double seconds = all - prefill; seconds > 0)
    console.err << ", " << siText(double(made) / seconds, "tokens/s");
  console.err << "\n";
}

/// A line of the results of several prompts.
static void writeLine(llvm::raw_ostream &os, const Line &line, bool ids) {
  llvm::json::Object object{{"seed", line.seed}, {"end", line.stopped ? "stop" : "length"}};
  auto list = [](llvm::ArrayRef<uint32_t> tokens) {
    llvm::json::Array array;
    for (uint32_t token : tokens)
      array.push_back(int64_t(token));
    return array;
  };
  if (ids) {
    object["prompt"] = list(line.prompt.tokens);
  } else {
    object["prompt"] = llvm::json::fixUTF8(line.prompt.text);
    object["text"] = llvm::json::fixUTF8(rt::decodeBytes(line.made));
  }
  object["tokens"] = list(line.made);
  os << llvm::json::Value(std::move(object)) << "\n";
  os.flush();
}

/// How far the model sees: as it is told, else as far as its memory reaches, else as in training.
static llvm::Expected<int64_t> contextOf(const GenerateOptions &options, const Model &model, const Program &program,
                                         int64_t separator) {
  const InputInfo *document = model.info.findInput("document");
  // Tables by position and by document have so many rows; 0: there is none.
  int64_t limit = model.info.positions, context = options.context;
  if (document && document->idSize)
    limit = limit ? std::min(limit, document->idSize) : document->idSize;
  if (!context && !remembersBoundedly(program, "extend"))
    if (llvm::Error error =
            settingOf(options.model.path, "tokens", 1, options.context, model.info.usualTime()).moveInto(context))
      return std::move(error);
  if (!options.context && limit)
    context = context ? std::min(context, limit) : limit;
  if (llvm::Error error = checkTokenInputs(model.info, separator, std::max<int64_t>(1, context)))
    return std::move(error);
  return context;
}

/// Before anything is run: prompts have room, and what is remembered of them has.
static llvm::Error checkRoom(llvm::ArrayRef<Line> lines, const GenerateOptions &options, const Program &program,
                             int64_t context) {
  int64_t longest = 0;
  for (auto [i, line] : llvm::enumerate(lines)) {
    int64_t tokens = int64_t(line.prompt.tokens.size());
    if (context && tokens > context)
      return makeError((options.prompts.empty() ? llvm::Twine("the prompt")
                                                : llvm::Twine(options.prompts) + ":" + llvm::Twine(i + 1)) +
                       " has " + llvm::Twine(tokens) + " tokens; the model sees " + llvm::Twine(context) +
                       " at most (`--context`)");
    longest = std::max(longest, tokens + options.maxTokens);
  }
  int64_t batch = std::min<int64_t>(int64_t(lines.size()), options.batch);
  int64_t bytes = rememberedBytes(program, "extend", batch, context ? std::min(longest, context) : longest);
  if (int64_t machine = describeMachine().virtualBytes; machine > 0 && bytes > machine)
    return makeError("what is remembered of " + llvm::Twine(batch) + " texts takes " + bytesText(double(bytes)) +
                     ", and this machine has " + bytesText(double(machine)) +
                     " with its swap; give a smaller `--context`, `--max-tokens` or `--batch`");
  return llvm::Error::success();
}

static llvm::Expected<std::vector<Line>> linesOf(const GenerateOptions &options, const ModelInfo &model,
                                                 int64_t separator) {
  std::vector<Line> lines;
  if (options.prompts.empty()) {
    auto prompt = Prompt::make(model, options, separator);
    if (!prompt)
      return prompt.takeError();
    lines.push_back({std::move(*prompt), options.how.seed, {}});
    return std::move(lines);
  }
  auto prompts = Prompt::read(model, options, separator);
  if (!prompts)
    return prompts.takeError();
  for (auto [i, prompt] : llvm::enumerate(*prompts))
    lines.push_back({std::move(prompt), options.how.seed + i, {}});
  return std::move(lines);
}

static llvm::Error generateText(const GenerateOptions &options, Console &console) {
  auto model = Model::load(options.model, options.params, console);
  if (!model)
    return model.takeError();
  int64_t separator = -1;
  if (llvm::Error error = settingOf(options.model.path, "separator", -1, options.separator, -1).moveInto(separator))
    return error;
  if (llvm::Error error = checkTokenInputs(model->info, separator, std::max<int64_t>(1, options.context)))
    return error;
  if (model->info.looksAhead)
    return makeError("tokens of the model see later ones (`all`): it has no way to go on with a text");
  auto lines = linesOf(options, model->info, separator);
  if (!lines)
    return lines.takeError();
  auto session = model->compile({"extend"}, options.how);
  if (!session)
    return session.takeError();
  auto context = contextOf(options, *model, (*session)->program(), separator);
  if (!context)
    return context.takeError();
  if (llvm::Error error = checkRoom(*lines, options, (*session)->program(), *context))
    return error;
  int64_t readable = std::min(model->info.classes, model->info.vocabulary());
  if (readable < model->info.classes)
    warn(console, "the model returns " + llvm::Twine(model->info.classes) + " logits and reads tokens below " +
                      llvm::Twine(readable) + "; others are not drawn");
  TextOptions how = {*context, options.piece, separator, options.how.seed, options.state};
  Generator generator(options, console, **session, how, readable);
  if (options.prompts.empty()) {
    const Prompt &prompt = lines->front().prompt;
    write(console.out, options.ids ? llvm::ArrayRef(prompt.tokens) : llvm::ArrayRef(rt::encodeBytes(prompt.text)),
          options.ids, true);
    if (llvm::Error error =
            generator.go(*lines, [&](uint32_t token) { write(console.out, token, options.ids, false); }))
      return error;
    console.out << "\n";
  }
  bool ids = model->info.vocabulary() != 256;
  for (size_t next = 0; !options.prompts.empty() && next < lines->size(); next += size_t(options.batch)) {
    llvm::MutableArrayRef<Line> some =
        llvm::MutableArrayRef(*lines).slice(next, std::min(size_t(options.batch), lines->size() - next));
    if (llvm::Error error = generator.go(some, [](uint32_t) {}))
      return error;
    for (const Line &line : some)
      writeLine(console.out, line, ids);
  }
  console.out.flush();
  generator.report();
  return llvm::Error::success();
}

int generate(const GenerateOptions &options, Console &console) {
  if (llvm::Error error = generateText(options, console))
    return fail(console, std::move(error));
  return Success;
}

} // namespace braid::driver
