//===- Usage.h - what is said of a command line that is wrong -------------===//
#ifndef BRAID_TOOLS_BRAID_USAGE_H
#define BRAID_TOOLS_BRAID_USAGE_H

#include "tools/braid/Cli.h"
#include <string>

namespace braid::cli {

/// One sentence: what is wrong, in the words of the command line, and what may be meant.
std::string explainUsage(CLI::App &app, const CLI::ParseError &error, const std::string &firstWord);

/// `help`, `help COMMAND` and `--version`, which other tools have, as the words that this one takes.
std::vector<std::string> withSynonyms(std::vector<std::string> words);

/// CLI11's layout of help, without its mark on flags that turn something off.
class HelpFormatter : public CLI::Formatter {
public:
  std::string make_option_name(const CLI::Option *option, bool isPositional) const override;
};

} // namespace braid::cli

#endif
