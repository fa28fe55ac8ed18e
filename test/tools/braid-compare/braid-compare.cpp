//===- braid-compare.cpp - programs on every device, one after another ----===//
//
// A test tool. Each program is compared in a process of its own, so that one that crashes or does
// not come to an end costs the others nothing. A line of JSON says what came of each: what
// Compare.h lists, or `crashed` or `hung`.
//
//===----------------------------------------------------------------------===//
#include "Compare.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/MemoryBuffer.h"
#include <csignal>
#include <iostream>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace braid::compare;
namespace cl = llvm::cl;

static cl::list<std::string> files(cl::Positional, cl::desc("PROGRAM…, or - for names on standard input"),
                                   cl::OneOrMore);
static cl::opt<unsigned> limit("limit", cl::init(60), cl::desc("seconds for one program"));
static cl::opt<bool> frontEnd("front-end", cl::desc("no more than whether it is a program"));

/// Stands between what a child printed and its verdict.
static constexpr llvm::StringLiteral mark = "\n\x1e";

static std::string line(llvm::json::Object object) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::json::Value(std::move(object));
  return text;
}

/// What is said of a program, as JSON.
static std::string judge(const std::string &file) {
  Request request;
  request.file = file;
  auto text = llvm::MemoryBuffer::getFile(file);
  Verdict verdict{"failed", "", "", {}};
  if (!text)
    verdict.text = "`" + file + "` cannot be read";
  else if (llvm::Error error = readRequest((*text)->getBuffer(), request))
    verdict.text = llvm::toString(std::move(error));
  else
    verdict = frontEnd ? readProgram(request) : compareProgram(request);
  llvm::json::Object object{{"file", file}, {"verdict", verdict.kind}};
  if (!verdict.what.empty())
    object["what"] = verdict.what;
  if (!verdict.text.empty())
    object["text"] = llvm::json::fixUTF8(verdict.text);
  if (!verdict.counts.empty())
    object["counts"] = std::move(verdict.counts);
  return line(std::move(object));
}

/// Calls `judge` in a child.
static std::string judgeAside(const std::string &file) {
  int output = memfd_create("output", 0);
  pid_t child = output < 0 ? -1 : fork();
  if (child < 0) {
    llvm::errs() << "braid-compare: no process for another program\n";
    exit(1);
  }
  if (child == 0) {
    dup2(output, 1);
    dup2(output, 2);
    alarm(limit);
    llvm::outs() << mark << judge(file);
    llvm::outs().flush();
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  std::string text(size_t(lseek(output, 0, SEEK_END)), '\0');
  text.resize(size_t(std::max<ssize_t>(0, pread(output, text.data(), text.size(), 0))));
  close(output);
  if (size_t at = text.rfind(mark.str()); WIFEXITED(status) && at != std::string::npos)
    return text.substr(at + mark.size());
  bool hung = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
  std::string what = hung                  ? std::to_string(limit) + " seconds"
                     : WIFSIGNALED(status) ? strsignal(WTERMSIG(status))
                                           : "exit code " + std::to_string(WEXITSTATUS(status));
  llvm::json::Object object{
      {"file", file}, {"verdict", hung ? "hung" : "crashed"}, {"what", what}, {"text", llvm::json::fixUTF8(text)}};
  return line(std::move(object));
}

int main(int argc, char **argv) {
  cl::ParseCommandLineOptions(argc, argv, "Compares programs between the CPU, the emulator and the oracle\n");
  bool all = true;
  auto handle = [&](const std::string &file) {
    std::string verdict = judgeAside(file);
    llvm::Expected<llvm::json::Value> value = llvm::json::parse(verdict);
    all &= value && value->getAsObject()->getString("verdict") == "ok";
    llvm::outs() << verdict << "\n";
    llvm::outs().flush();
  };
  for (const std::string &file : files) {
    if (file != "-") {
      handle(file);
      continue;
    }
    for (std::string name; std::getline(std::cin, name);)
      handle(name);
  }
  return all ? 0 : 1;
}
