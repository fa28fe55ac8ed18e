//===- Generate.cpp - braid generate --------------------------------------===//
#include "tools/braid/Cli.h"

namespace braid::cli {

/// `464,3290`; where they may repeat, `257*6` is six of them.
static std::vector<uint32_t> idsOf(const std::string &flag, const std::string &text, bool repeat = false) {
  std::vector<uint32_t> ids;
  for (std::string word : CLI::detail::split(text, ',')) {
    size_t times = 1;
    if (size_t star = word.find('*'); repeat && star != std::string::npos) {
      std::string count = word.substr(star + 1);
      if (count.empty() || count.size() > 6 || count.find_first_not_of("0123456789") != std::string::npos)
        throw CLI::ValidationError(flag, "`" + text + "` is no list of ids such as 257*6,258");
      times = std::stoul(count);
      word.resize(star);
    }
    bool digits = !word.empty() && word.size() <= 10 && word.find_first_not_of("0123456789") == std::string::npos;
    if (!digits || std::stoll(word) > INT32_MAX)
      throw CLI::ValidationError(flag, "`" + text + "` is no list of ids such as 464,3290");
    ids.insert(ids.end(), times, uint32_t(std::stoll(word)));
  }
  if (ids.empty())
    throw CLI::ValidationError(flag, "needs a list of ids such as 464,3290");
  return ids;
}

void addGenerate(CLI::App &app, Action &action) {
  auto options = std::make_shared<driver::GenerateOptions>();
  CLI::App *command = app.add_subcommand("generate", "Continues a text, token by token");
  addModel(*command, options->model, "a training folder, or a model");
  command->add_option("--params", options->params,
                      "parameters (safetensors, or a checkpoint's folder); a folder's newest if absent");
  CLI::Option *prompt =
      command->add_option("--prompt", options->prompt, "the text to continue, for models whose tokens are bytes");
  CLI::Option *ids = command
                         ->add_option_function<std::string>(
                             "--prompt-tokens",
                             [options](const std::string &text) {
                               options->ids = true;
                               options->promptTokens = idsOf("--prompt-tokens", text);
                             },
                             "the ids to continue, with commas between; ids are written")
                         ->type_name("IDS")
                         ->excludes(prompt);
  CLI::Option *prompts =
      command
          ->add_option("--prompts", options->prompts,
                       "a file with a prompt in each line (ids with commas between where tokens are not bytes); "
                       "results are lines of JSON, in order, line i drawn with seed + i")
          ->type_name("FILE")
          ->excludes(prompt)
          ->excludes(ids);
  command
      ->add_option_function<std::string>(
          "--then", [options](const std::string &text) { options->then = idsOf("--then", text, true); },
          "ids behind every prompt that no text says, as 257*6,258")
      ->type_name("IDS");
  command
      ->add_option("--stop", options->stops, "ends after this text, for models whose tokens are bytes; may be repeated")
      ->check([](const std::string &text) { return text.empty() ? std::string("is empty") : std::string(); })
      ->type_name("TEXT")
      ->allow_extra_args(false)
      ->take_all();
  command
      ->add_option_function<std::vector<std::string>>(
          "--stop-tokens",
          [options](const std::vector<std::string> &texts) {
            for (const std::string &text : texts)
              options->stopTokens.push_back(idsOf("--stop-tokens", text));
          },
          "ends after these ids, with commas between; may be repeated")
      ->type_name("IDS")
      ->allow_extra_args(false)
      ->take_all();
  command->add_option("--max-tokens", options->maxTokens, "tokens to add")->check(count(0))->capture_default_str();
  command->add_option("--batch", options->batch, "prompts of a file that go on side by side")
      ->check(count(1))
      ->capture_default_str();
  command->add_option("--piece", options->piece, "tokens of a prompt that are read in one run")
      ->check(count(1))
      ->capture_default_str();
  command->add_flag("!--no-state", options->state,
                    "runs the whole text anew for every token: slow, the same numbers to rounding");
  command
      ->add_option(
          "--context", options->context,
          "tokens that the model sees at most; 0: any number where what it remembers of a text is bounded, else as "
          "many as in training")
      ->check(count(0));
  command
      ->add_option("--separator", options->separator,
                   "the token that opens a document, for models that take `document`; as in training if absent")
      ->check(count(0))
      ->type_name("ID");
  command->add_option("--temperature", options->temperature, "0: always the likeliest token")
      ->check(nonNegative())
      ->capture_default_str();
  command->add_option("--top-k", options->topK, "only the k likeliest tokens; 0: all")->check(count(0));
  command->add_option("--top-p", options->topP, "only the likeliest tokens that make up this probability")
      ->check(between(0.0, 1.0))
      ->capture_default_str();
  addDevice(*command, options->how);
  command->callback([&action, options, prompt, ids, prompts] {
    if (prompt->empty() && ids->empty() && prompts->empty())
      throw CLI::ValidationError("--prompt", "give --prompt, --prompt-tokens or --prompts");
    action = [options](driver::Console &console) { return driver::generate(*options, console); };
  });
}

} // namespace braid::cli
