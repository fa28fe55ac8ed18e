//===- ModelInfo.h - what a model takes and gives -------------------------===//
//
// A plain description, read off the module in any stage that keeps it: parameters
// with paths and shapes, inputs of each program, the number of token ids.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DRIVER_MODELINFO_H
#define BRAID_DRIVER_MODELINFO_H

#include "braid/Runtime/ABI.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/Error.h"
#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace braid::driver {

struct AxisInfo {
  std::string name;
  int64_t size;
};

struct ParameterInfo {
  std::string path;
  std::vector<AxisInfo> axes;
  int64_t numbers = 1;
  bool decay = false;
  double lr = 1;
  std::string group;

  std::vector<int64_t> shape() const;
  /// `[vocab: 256, dim: 64]`.
  std::string type() const;
};

/// An input of @logits: ids or reals, one a token or one in all.
struct InputInfo {
  std::string name;
  bool perToken = true, isId = true;
  int64_t idSize = 0; ///< ids are below it: the declared axis, or the smallest table that they index; 0: any
  std::vector<AxisInfo> axes;
};

/// A result of a derived program.
struct OutputInfo {
  std::string name; ///< `logits`, `loss`, `grad:<path>`, `observe:<site>.<name>`
  bool perToken = false;
  std::vector<AxisInfo> axes;
  bool newest = false; ///< only that of the newest token of each sequence is there

  /// The buffer that the compiled program writes it to.
  braid_role role() const;
  std::string path() const;
  /// The name under which it is written to files: the path of a gradient, the name of what is observed.
  std::string shown() const;
  /// [batch, time, axes…], of the newest token [batch, axes…], or [axes…].
  std::vector<int64_t> shape(int64_t batch, int64_t time) const;
};

struct ModelInfo {
  std::string name;
  std::vector<ParameterInfo> parameters; ///< in the order of the program
  std::vector<InputInfo> inputs;         ///< of @logits
  std::vector<std::string> ignored;      ///< inputs declared and not used
  int64_t classes = 0;                   ///< size of the class axis of `logits`
  std::vector<std::string> observed;     ///< `<site>.<name>`
  int64_t positions = 0;                 ///< a sequence has at most so many tokens; 0: any number
  std::string positionAxis;              ///< the axis of the table that has so many
  bool looksAhead = false;               ///< tokens see later ones: a text cannot go on

  /// Tokens that the model can read are below it.
  int64_t vocabulary() const;
  /// Tokens of a sequence where nobody says how many: 256, or as many as there are positions.
  int64_t usualTime() const { return positions ? std::min<int64_t>(positions, 256) : 256; }
  int64_t numbers() const; ///< of all parameters
  const ParameterInfo *find(llvm::StringRef path) const;
  const InputInfo *findInput(llvm::StringRef name) const;
};

/// Reads a module that holds braid.func @logits; fails where a parameter is called `loss` or `logits`.
llvm::Expected<ModelInfo> describe(mlir::ModuleOp module);

/// The outputs of every braid.func of a module, by function, in the order of the program.
std::map<std::string, std::vector<OutputInfo>> outputsOf(mlir::ModuleOp module);

} // namespace braid::driver

#endif
