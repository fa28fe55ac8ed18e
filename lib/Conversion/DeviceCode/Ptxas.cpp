//===- Ptxas.cpp - from PTX to a cubin ------------------------------------===//

#include "braid/Conversion/RowToGPU.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"

using namespace mlir;
using namespace braid::row;

llvm::Expected<std::string> braid::row::findPtxas() {
  if (const char *given = std::getenv("BRAID_PTXAS"); given && *given) {
    if (StringRef(given) == "off")
      return llvm::createStringError("ptxas is turned off by BRAID_PTXAS");
    if (llvm::sys::fs::can_execute(given))
      return given;
    return llvm::createStringError(Twine("BRAID_PTXAS names ") + given + ", which cannot be executed");
  }
  auto program = llvm::sys::findProgramByName("ptxas");
  if (const char *home = std::getenv("CUDA_HOME"); !program && home)
    program = llvm::sys::findProgramByName("ptxas", {std::string(home) + "/bin"});
  if (!program)
    program = llvm::sys::findProgramByName("ptxas", {"/usr/local/cuda/bin"});
  if (!program)
    return llvm::createStringError("`ptxas` is neither on PATH nor in $CUDA_HOME/bin nor in /usr/local/cuda/bin");
  return *program;
}

/// Runs ptxas; what it printed goes to `said`. Fails if it cannot be run or ends with an error.
static llvm::Error runPtxas(const std::string &program, ArrayRef<std::string> arguments, std::string &said) {
  llvm::SmallString<128> messages;
  if (std::error_code code = llvm::sys::fs::createTemporaryFile("braid", "txt", messages))
    return llvm::createStringError("cannot make a temporary file: " + code.message());
  llvm::FileRemover remove(messages);
  SmallVector<StringRef> words{program};
  llvm::append_range(words, arguments);
  std::optional<StringRef> redirects[] = {std::nullopt, StringRef(messages), StringRef(messages)};
  std::string problem;
  int status = llvm::sys::ExecuteAndWait(program, words, std::nullopt, redirects, 0, 0, &problem);
  if (auto text = llvm::MemoryBuffer::getFile(messages))
    said = (*text)->getBuffer().trim().str();
  if (status != 0)
    return llvm::createStringError(program + " failed: " + problem + said);
  return llvm::Error::success();
}

llvm::Expected<std::string> braid::row::ptxasVersion() {
  auto program = findPtxas();
  if (!program)
    return program.takeError();
  std::string said;
  if (llvm::Error error = runPtxas(*program, {"--version"}, said))
    return std::move(error);
  // "… release 12.4, V12.4.131 …"
  StringRef version = StringRef(said).split(", V").second;
  return version.take_while([](char c) { return llvm::isDigit(c) || c == '.'; }).str();
}

std::string braid::row::ptxasOptions(const GpuTarget &target) { return "-arch=" + target.chip + " -O3"; }

llvm::Expected<std::string> braid::row::assembleCubin(StringRef ptx, const GpuTarget &target) {
  auto program = findPtxas();
  if (!program)
    return llvm::createStringError(
        "a cubin needs the program ptxas: " + toString(program.takeError()) +
        "; install the CUDA toolkit (package cuda-nvcc), or emit `ptx`, which the driver compiles when it is loaded");
  llvm::SmallString<128> source, object;
  for (auto [name, file] : {std::pair("ptx", &source), {"cubin", &object}})
    if (std::error_code code = llvm::sys::fs::createTemporaryFile("braid", name, *file))
      return llvm::createStringError("cannot make a temporary file: " + code.message());
  llvm::FileRemover removeSource(source), removeObject(object);
  {
    std::error_code code;
    llvm::raw_fd_ostream out(source, code);
    out << ptx;
    out.close();
    if (code || out.has_error())
      return llvm::createStringError("cannot write " + source.str());
  }
  std::vector<std::string> arguments;
  llvm::SmallVector<StringRef> options;
  std::string given = ptxasOptions(target);
  StringRef(given).split(options, ' ');
  for (StringRef option : options)
    arguments.push_back(option.str());
  for (StringRef word : {source.str(), StringRef("-o"), object.str()})
    arguments.push_back(word.str());
  std::string said;
  if (llvm::Error error = runPtxas(*program, arguments, said))
    return llvm::createStringError(toString(std::move(error)) + " (for " + target.chip + ")");
  auto result = llvm::MemoryBuffer::getFile(object);
  if (!result)
    return llvm::createStringError("ptxas wrote no object: " + result.getError().message());
  return (*result)->getBuffer().str();
}

llvm::Error braid::row::tryPtxas(const GpuTarget &target) {
  // "+ptx78"
  StringRef version = StringRef(target.features).split("+ptx").second.take_while(llvm::isDigit);
  std::string ptx = (".version " + version.drop_back() + "." + version.take_back() + "\n.target " + target.chip +
                     "\n.address_size 64\n.visible .entry nothing()\n{\n  ret;\n}\n")
                        .str();
  return assembleCubin(ptx, target).takeError();
}
