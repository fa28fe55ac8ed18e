//===- Usage.cpp - what is said of a command line that is wrong -----------===//
#include "tools/braid/Usage.h"
#include "braid/Support/Diagnostics.h"

namespace braid::cli {

static std::vector<std::string> commandNames(CLI::App &app) {
  std::vector<std::string> names;
  for (CLI::App *command : app.get_subcommands([](CLI::App *) { return true; }))
    names.push_back(command->get_name());
  return names;
}

static std::string didYouMean(const std::string &close) {
  return close.empty() ? "" : "; did you mean `" + close + "`?";
}

/// A flag that begins with the word, is spelled almost like it, or has it as a part: `--steps` is `--max-steps`.
static std::string nearestFlag(const std::string &word, const CLI::App &command) {
  std::vector<std::string> flags;
  for (const CLI::Option *option : command.get_options())
    for (const std::string &name : option->get_lnames())
      flags.push_back("--" + name);
  for (const std::string &flag : flags)
    if (word.size() > 4 && flag.rfind(word, 0) == 0)
      return flag;
  if (std::string close = nearest(word, flags); !close.empty())
    return close;
  std::string stem = word.substr(std::min(word.size(), word.find_first_not_of('-')));
  for (const std::string &flag : flags)
    if (stem.size() > 2 && flag.find(stem) != std::string::npos)
      return flag;
  return "";
}

static std::string unknownWord(CLI::App &app, const std::string &text) {
  std::string word = text.substr(0, text.find('='));
  const CLI::App *chosen = app.get_subcommands().empty() ? nullptr : app.get_subcommands().front();
  if (word.empty() || word[0] != '-')
    return "`" + text + "` is one argument too many";
  return "`braid" + (chosen ? " " + chosen->get_name() : "") + "` has no flag `" + word + "`" +
         didYouMean(nearestFlag(word, chosen ? *chosen : app));
}

std::string explainUsage(CLI::App &app, const CLI::ParseError &error, const std::string &firstWord) {
  if (app.get_subcommands().empty() && !firstWord.empty() && firstWord[0] != '-')
    return "there is no command `" + firstWord + "`" + didYouMean(nearest(firstWord, commandNames(app)));
  // A flag that is spelled wrong is the reason why another one is missing.
  bool missing = dynamic_cast<const CLI::RequiredError *>(&error);
  std::vector<std::string> left = app.remaining(/*recurse=*/true);
  for (const std::string &word : left)
    if (word.size() > 1 && word[0] == '-' && word != "--")
      return unknownWord(app, word);
  if (missing && app.get_subcommands().empty()) {
    std::string text;
    for (const std::string &name : commandNames(app))
      text += (text.empty() ? "give a command: " : ", ") + name;
    return text;
  }
  if (dynamic_cast<const CLI::ExtrasError *>(&error) && !left.empty())
    return unknownWord(app, left.front());
  std::string what = error.what();
  if (dynamic_cast<const CLI::ConversionError *>(&error))
    // "Could not convert: --max-steps = 1.5"
    if (size_t colon = what.find(": "), equals = what.rfind(" = ");
        colon != std::string::npos && equals != std::string::npos && equals > colon)
      return what.substr(colon + 2, equals - colon - 2) + ": `" + what.substr(equals + 3) +
             "` is not a whole number, or is too large";
  return what;
}

std::vector<std::string> withSynonyms(std::vector<std::string> words) {
  if (!words.empty() && words[0] == "--version")
    words[0] = "version";
  if (words.empty() || words[0] != "help")
    return words;
  words.erase(words.begin());
  words.push_back("--help");
  return words;
}

std::string HelpFormatter::make_option_name(const CLI::Option *option, bool isPositional) const {
  std::string name = CLI::Formatter::make_option_name(option, isPositional);
  for (size_t at; (at = name.find("{false}")) != std::string::npos;)
    name.erase(at, 7);
  return name;
}

} // namespace braid::cli
