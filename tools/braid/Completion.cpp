//===- Completion.cpp - braid completion: scripts for shells --------------===//
//
// Written from the parser's own table of commands and flags, so they cannot differ.
//
//===----------------------------------------------------------------------===//
#include "tools/braid/Cli.h"

namespace braid::cli {

static std::vector<CLI::App *> commands(CLI::App &app) {
  return app.get_subcommands([](CLI::App *) { return true; });
}

static std::vector<std::string> flags(const CLI::App &command) {
  std::vector<std::string> names;
  for (const CLI::Option *option : command.get_options())
    for (const std::string &name : option->get_lnames())
      names.push_back("--" + name);
  return names;
}

/// The words that an option takes, if they are a list: `TEXT:{fp32,bf16}` as its type says.
static std::vector<std::string> choices(const CLI::Option &option) {
  std::string type = option.get_type_name();
  size_t open = type.find('{'), close = type.rfind('}');
  return open == std::string::npos || close < open ? std::vector<std::string>()
                                                   : CLI::detail::split(type.substr(open + 1, close - open - 1), ',');
}

static std::string join(const std::vector<std::string> &words) {
  std::string text;
  for (const std::string &word : words)
    text += (text.empty() ? "" : " ") + word;
  return text;
}

/// What follows a flag, or stands alone, where it is one of a list.
static void bashValues(const CLI::App &command, llvm::raw_ostream &out) {
  for (const CLI::Option *option : command.get_options()) {
    std::vector<std::string> words = choices(*option);
    if (words.empty())
      continue;
    if (option->get_positional())
      out << "    " << command.get_name() << ":[^-]*) [ \"$COMP_CWORD\" -eq 2 ] && values=\"" << join(words)
          << "\" ;;\n";
    for (const std::string &name : option->get_lnames())
      out << "    " << command.get_name() << ":--" << name << ") values=\"" << join(words) << "\" ;;\n";
  }
}

static void bash(CLI::App &app, llvm::raw_ostream &out) {
  out << "# eval \"$(braid completion bash)\"\n"
         "_braid() {\n"
         "  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} flags= values=\n"
         "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    COMPREPLY=($(compgen -W \"";
  std::vector<std::string> names;
  for (CLI::App *command : commands(app))
    names.push_back(command->get_name());
  out << join(names) << "\" -- \"$word\"))\n    return\n  fi\n  case ${COMP_WORDS[1]} in\n";
  for (CLI::App *command : commands(app))
    out << "    " << command->get_name() << ") flags=\"" << join(flags(*command)) << "\" ;;\n";
  out << "  esac\n  case ${COMP_WORDS[1]}:$before in\n";
  for (CLI::App *command : commands(app))
    bashValues(*command, out);
  out << "  esac\n"
         "  if [ -n \"$values\" ]; then\n    COMPREPLY=($(compgen -W \"$values\" -- \"$word\"))\n"
         "  elif [[ $word == -* ]]; then\n    COMPREPLY=($(compgen -W \"$flags\" -- \"$word\"))\n"
         "  else\n    COMPREPLY=($(compgen -f -- \"$word\"))\n  fi\n}\n"
         "complete -o filenames -F _braid braid\n";
}

static void zsh(CLI::App &app, llvm::raw_ostream &out) {
  out << "# eval \"$(braid completion zsh)\"\nautoload -U +X bashcompinit && bashcompinit\n";
  bash(app, out);
}

static void fish(CLI::App &app, llvm::raw_ostream &out) {
  out << "# braid completion fish | source\n";
  for (CLI::App *command : commands(app)) {
    std::string name = command->get_name();
    out << "complete -c braid -n __fish_use_subcommand -a " << name << "\n";
    for (const CLI::Option *option : command->get_options()) {
      std::vector<std::string> words = choices(*option);
      std::string condition = "complete -c braid -n '__fish_seen_subcommand_from " + name + "'",
                  values = " -a '" + join(words) + "'";
      for (const std::string &flag : option->get_lnames())
        out << condition << " -l " << flag << (words.empty() ? "" : " -x" + values) << "\n";
      if (option->get_positional() && !words.empty())
        out << condition << values << "\n";
    }
  }
}

void addCompletion(CLI::App &app, Action &action) {
  auto shell = std::make_shared<std::string>();
  CLI::App *command =
      app.add_subcommand("completion", "Prints a script that completes braid's command line in a shell");
  command->add_option("SHELL", *shell, "bash, zsh or fish")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->callback([&app, &action, shell] {
    action = [&app, shell](driver::Console &console) {
      (*shell == "bash" ? bash : *shell == "zsh" ? zsh : fish)(app, console.out);
      return int(driver::Success);
    };
  });
}

} // namespace braid::cli
