//===- Commands.h - what the braid tool can do ----------------------------===//
//
// One options structure and one function for each subcommand. The tool binds
// flags to the members and calls the function; nothing here knows the command line.
// Every function returns an exit code and writes only to the console.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DRIVER_COMMANDS_H
#define BRAID_DRIVER_COMMANDS_H

#include "braid/Driver/Console.h"
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace braid::driver {

/// A model and the config values that the command line replaces.
struct ModelArgs {
  std::string path;                                           ///< a `.braid` or `.mlir` file, or `-`
  std::vector<std::pair<std::string, std::string>> overrides; ///< `--set name=value`
};

struct CheckOptions {
  ModelArgs model;
  bool json = false;
  int64_t batch = 1, tokens = 1024; ///< for which FLOPs and memory are stated
  bool bf16 = false;
};
int check(const CheckOptions &options, Console &console);

struct CompileOptions {
  ModelArgs model;
  std::string target = "cpu", emit = "host", output = "-", dumpDir;
  std::string locations = "auto"; ///< in the text of modules: always, never, or not on a terminal
  std::vector<std::string> functions = {"logits"};
  bool bf16 = false, recompute = true;
  bool useCache = true; ///< of compiled GPU kernels
};
/// The names that `target` may have beside `cpu`.
std::vector<std::string> gpuTargets();
/// The names that `emit` may have, in order.
std::vector<std::string> emittable();
int compile(const CompileOptions &options, Console &console);

struct FormatOptions {
  std::vector<std::string> files;
  bool check = false, inPlace = false;
};
int format(const FormatOptions &options, Console &console);

struct ExplainOptions {
  ModelArgs model; ///< or a diagnostic's code as its path
  std::vector<std::string> functions = {"grad"};
  bool bf16 = false;
  std::string html, dot; ///< files to write instead of text
};
int explain(const ExplainOptions &options, Console &console);

struct InitOptions {
  ModelArgs model;
  std::string output;
  uint64_t seed = 0;
};
int init(const InitOptions &options, Console &console);

/// How a function is run.
struct DeviceOptions {
  bool bf16 = false;
  int threads = 0;
  uint64_t seed = 0;
  int64_t step = 0;
};

/// What `--device emulator` emulates.
struct EmulatorArgs {
  std::string target;               ///< the GPU that kernels are planned for; empty: the default one
  int64_t limit = int64_t(1) << 30; ///< instructions in loops that a thread may run before it counts as hanging
};

struct RunOptions {
  ModelArgs model;
  DeviceOptions how;
  std::string function = "logits", device = "cpu", params, inputs, output;
  std::string state, stateOut; ///< files of what earlier tokens left, and of what these leave; empty: none
};
int run(const RunOptions &options, Console &console);

/// Every row kernel of a program's derived programs, on random numbers, against the interpreter of rows.
struct RowKernelsOptions {
  ModelArgs model;
  DeviceOptions how;
  std::string device = "emulator"; ///< or `cuda`, `cuda:1`
  EmulatorArgs emulated;
  std::string kernel;   ///< this one alone
  std::string json;     ///< a file for the results
  std::string code;     ///< a module in stage `nvvm` whose kernels run in place of what is compiled
  bool traffic = false; ///< the bytes moved must be those of the bound; on the emulator
  int64_t rows = 0, time = 3, entries = 0, blocks = 0, tokens = 0; ///< as KernelCheckOptions
  double tolerance = 1e-5;
  bool useCache = true;
};
int runRowKernels(const RowKernelsOptions &options, Console &console);

struct DiffOptions {
  ModelArgs model;
  std::string other; ///< what the second device runs, if not the model
  DeviceOptions how;
  std::vector<std::string> between = {"cpu", "reference"};
  std::string params, inputs; ///< empty: initial values, random tokens
  int64_t batch = 2, tokens = 16;
  std::string function = "grad"; ///< or `logits`: nothing behind the forward pass
  bool resultsOnly = false;      ///< nothing that the programs do not return
  int64_t memory = 1024;         ///< MiB for values that are compared at one time
  double tolerance = 0; ///< relative; 0: by the format of the numbers, and what fp32 cannot resolve is let pass
};
int diff(const DiffOptions &options, Console &console);

struct EvalOptions {
  ModelArgs model; ///< or a training folder
  DeviceOptions how;
  std::string data, params;
  int tokenWidth = 0; ///< bytes of a token in a file without a header: 2 or 4; 0: 2, if it does not seem to be 4
  int64_t batch = 8, tokens = 0,
          batches =
              0; ///< 0 tokens: as in training, or 256; 0 batches: the whole file once, else so many, spread over it
  int64_t separator = -1;        ///< the token that opens a document; -1: as in training, or none
  int64_t ignore = -1;           ///< the token that is no target; -1: as in training, or none
  std::string order = "windows"; ///< or `stream`: the file is one text
  std::string observe;           ///< also the mean of what is observed under this name, by site
  bool json = false;
};
int eval(const EvalOptions &options, Console &console);

struct DataOptions {
  std::vector<std::string> inputs;
  std::string output;           ///< a folder for train.bin and val.bin, or a `.bin` file
  std::string validationOutput; ///< with a `.bin` file: where the last part of the text goes
  double validation = 0.1;      ///< that part; without a second file everything goes into the first
};
int data(const DataOptions &options, Console &console);

struct ConvertOptions {
  std::string input, output, dtype; ///< dtype: "", "fp32", "bf16" or "fp64"
  std::vector<std::pair<std::string, std::string>> rename;
  std::vector<std::string>
      drop; ///< tensors to leave out, by name or its beginning up to a dot, before they are renamed
};
int convert(const ConvertOptions &options, Console &console);

struct GenerateOptions {
  ModelArgs model; ///< or a training folder
  DeviceOptions how;
  std::string params, prompt;
  std::string prompts; ///< a file of them, one a line; results are lines of JSON
  bool ids = false;    ///< `promptTokens` is the prompt, and ids are written
  std::vector<uint32_t> promptTokens;
  std::vector<std::string> stops;                ///< texts of which each ends what is generated
  std::vector<std::vector<uint32_t>> stopTokens; ///< the same as ids
  std::vector<uint32_t> then;                    ///< ids behind every prompt
  int64_t maxTokens = 200, topK = 0;
  int64_t context = 0; ///< tokens that the model sees at most; 0: what it can, or as many as in training
  int64_t piece = 256, batch = 8;
  bool state = true;      ///< else all is run anew for every token
  int64_t separator = -1; ///< the token that opens a document; -1: as in training, or none
  double temperature = 1, topP = 1;
};
int generate(const GenerateOptions &options, Console &console);

struct BenchOptions {
  ModelArgs model;
  DeviceOptions how;
  std::string function = "step", json;
  int64_t batch = 1, tokens = 1024, repetitions = 5, warmup = 1;
  int64_t past = 0; ///< of extend: tokens before those
  bool profile = false;
};
int bench(const BenchOptions &options, Console &console);

struct TrainOptions {
  ModelArgs model;
  DeviceOptions how;
  std::string data, validation, out, resume = "auto";
  int tokenWidth = 0; ///< as of EvalOptions
  int64_t maxSteps = 0;
  double maxSeconds = 0;
  int64_t batch = 8, tokens = 256, accumulate = 1;
  int64_t separator = -1;        ///< the token that opens a document; -1: none
  int64_t ignore = -1;           ///< the token that is no target; -1: none
  std::string order = "windows"; ///< anywhere in the file; or `stream`: rows read parts of it, window after window
  int64_t context = 0;           ///< of a stream: texts have at most so many tokens; 0: any number, if they may
  double lr = 1e-3, minLrRatio = 0.1, weightDecay = 0.1, clip = 1.0, beta1 = 0.9, beta2 = 0.95, epsilon = 1e-8;
  int64_t warmup = 100, evalEvery = 200, evalBatches = 8, checkpointEvery = 500, logEvery = 10, keep = 3;
  std::string onNonFinite = "stop"; ///< or "skip"
  bool dryRun = false;
  /// `--group name:lr=0.5`, `name:decay=0`: replaces a group's factor on the learning rate or its weight decay.
  std::vector<std::string> groups;
};
int train(const TrainOptions &options, Console &console);

struct DevicesOptions {
  bool json = false;
};
int devices(const DevicesOptions &options, Console &console);

struct DoctorOptions {
  std::string device = "cpu"; ///< or `cuda`: what must be usable
};
int doctor(const DoctorOptions &options, Console &console);

struct CacheOptions {
  std::string action = "list"; ///< or `path`, `clear`
};
int cache(const CacheOptions &options, Console &console);
int version(Console &console);

} // namespace braid::driver

#endif
