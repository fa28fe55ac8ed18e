//===- Convert.cpp - braid convert ----------------------------------------===//
#include "tools/braid/Cli.h"

namespace braid::cli {

void addConvert(CLI::App &app, Action &action) {
  auto options = std::make_shared<driver::ConvertOptions>();
  CLI::App *command = app.add_subcommand("convert", "Changes the storage format or the names of a file's tensors");
  command->add_option("FILE", options->input, "safetensors file")->required();
  command->add_option("-o,--output", options->output, "safetensors file to write")->required();
  command->add_option("--dtype", options->dtype, "format of real numbers: fp32, bf16 or fp64; as they are if absent")
      ->check(CLI::IsMember({"fp32", "bf16", "fp64"}));
  command
      ->add_option_function<std::vector<std::string>>(
          "--rename",
          [options](const std::vector<std::string> &rules) {
            for (const std::string &rule : rules) {
              size_t equals = rule.find('=');
              if (equals == 0 || equals == std::string::npos)
                throw CLI::ValidationError("--rename", "`" + rule + "` is not of the form FROM=TO");
              options->rename.emplace_back(rule.substr(0, equals), rule.substr(equals + 1));
            }
          },
          "a name, or its beginning up to a dot, and what stands there instead; may be repeated, the first that fits "
          "counts")
      ->type_name("FROM=TO")
      ->allow_extra_args(false)
      ->take_all();
  command
      ->add_option("--drop", options->drop,
                   "a tensor to leave out, or the beginning of names up to a dot; may be repeated")
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->take_all();
  bind(*command, action, options, driver::convert);
}

} // namespace braid::cli
