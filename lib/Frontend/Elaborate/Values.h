//===- Values.h - what an expression may stand for while elaborating ------===//
//
// Most values are tensors, that is SSA values whose axes are in their type. The
// others exist only at compile time: numbers, axis lists, streams, stacks
// (histories not yet read), callables, and expressions put off until it is
// known for which axes they are wanted (`normal(0.02)`).
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_FRONTEND_ELABORATE_VALUES_H
#define BRAID_LIB_FRONTEND_ELABORATE_VALUES_H

#include "braid/Frontend/AST.h"
#include "dialects/Braid/IR/Braid.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include <map>
#include <string>

namespace braid::elab {

using lang::AxisAttr;
using Axes = llvm::SmallVector<AxisAttr, 4>;
using Range = ast::Range;

struct Frame;
struct Region;
struct StreamVar;
struct Shared;

/// The entries that one read sees, not stacked: only a region over `axis` ever
/// sees them together.
struct Stack {
  llvm::SmallVector<mlir::Value> entries;
  AxisAttr axis;
  lang::ValueType type;     ///< of the stack: `axis`, then the entries' axes
  Region *region = nullptr; ///< the newest region over these entries
};

/// The body of one future `braid.read`. Open, it takes ops; once one of its
/// values is used outside it is closed: its place in the function is then fixed,
/// and it only takes further yields.
struct Region {
  Stack *stack;
  mlir::Block *block;
  llvm::SmallVector<mlir::Value> captures; ///< block arguments 1…
  llvm::DenseMap<mlir::Value, mlir::Value> captured;
  llvm::DenseMap<mlir::Value, mlir::Value> clones; ///< of values of earlier regions
  llvm::SmallVector<mlir::Value> yields;
  llvm::SmallVector<mlir::Operation *> placeholders; ///< one a yield
  bool closed = false;
};

struct BoundArgument;

/// Something to call: a declaration, or an instance made by `use`.
struct Callable {
  const ast::Decl *decl = nullptr; ///< null for a built-in layer
  llvm::StringRef builtin;
  Shared *shared = nullptr;
  std::vector<BoundArgument> *bound = nullptr; ///< arguments given in `use`
};

struct Val {
  enum class Kind {
    Poison, ///< an error was reported; everything made from it is silent
    None,   ///< `none`, the default of an optional argument
    Number, ///< compile-time; a bool too
    Tensor,
    Stack,
    Stream,
    Axes, ///< an axis list as an argument
    Callable,
    Deferred, ///< an initialiser: `normal(0.02)`; `expr` in `frame`
  };
  Kind kind = Kind::Poison;
  bool isInt = false, isBool = false;
  bool fills = false; ///< `zeros` and `ones`: takes the axes wanted of it
  double number = 0;
  mlir::Value tensor;
  AxisAttr idAxis; ///< what an id indexes, if known
  Stack *stack = nullptr;
  StreamVar *stream = nullptr;
  Axes *axes = nullptr;
  Callable *callable = nullptr;
  const ast::Expr *expr = nullptr;
  Frame *frame = nullptr;

  bool isPoison() const { return kind == Kind::Poison; }
  bool isNumber() const { return kind == Kind::Number; }
  /// A tensor, or something that becomes one: a number or a stack.
  bool isData() const { return kind == Kind::Number || kind == Kind::Tensor || kind == Kind::Stack; }

  static Val poison() { return {}; }
  static Val none() { return of(Kind::None); }
  static Val integer(int64_t n) {
    Val v = of(Kind::Number);
    v.number = double(n);
    v.isInt = true;
    return v;
  }
  static Val real(double n) {
    Val v = of(Kind::Number);
    v.number = n;
    return v;
  }
  static Val boolean(bool b) {
    Val v = of(Kind::Number);
    v.number = b;
    v.isBool = true;
    return v;
  }
  static Val of(mlir::Value t, AxisAttr idAxis = {}) {
    if (!t)
      return {};
    Val v = of(Kind::Tensor);
    v.tensor = t;
    v.idAxis = idAxis;
    return v;
  }
  static Val of(Kind kind) {
    Val v;
    v.kind = kind;
    return v;
  }
};

/// An argument that was evaluated where `use` or `with` stands.
struct BoundArgument {
  llvm::StringRef name; ///< empty: by position
  Val value;
  Range range;
};

/// Which entries a read sees.
struct ViewSpec {
  enum class Kind { All, Last, First, Every, Blocks };
  struct Part {
    Kind kind;
    int64_t count = 0;
  };
  llvm::SmallVector<Part, 2> parts; ///< empty: everything
};

/// One field of a stream's state.
struct Field {
  llvm::StringRef name;
  Axes axes; ///< of the state, or of an entry
  bool history = false;
  llvm::SmallVector<mlir::Value> entries; ///< history; else one value
  /// Sums of groups of `size` writes: kept up to date by reads (Views.cpp).
  struct Groups {
    llvm::SmallVector<mlir::Value> complete;
    mlir::Value open;
    int64_t inOpen = 0;
    size_t taken = 0; ///< entries looked at
  };
  std::map<int64_t, Groups> groups;
  Stack *whole = nullptr; ///< the last stack of all entries
};

struct StreamVar {
  llvm::StringRef name;
  Range range;
  unsigned ordinal = 0;
  Axes axes; ///< the stream's type
  bool empty = false, poisoned = false;
  const ast::Decl *connection = nullptr;
  std::vector<BoundArgument> arguments;
  Shared *shared = nullptr; ///< `with shared c`
  ViewSpec view;
  llvm::SmallVector<Field, 1> fields;
  int64_t writes = 0;

  Field *find(llvm::StringRef field) {
    for (Field &f : fields)
      if (f.name == field)
        return &f;
    return nullptr;
  }
};

/// An instance whose calls share parameters (`use`, `with shared`).
struct Shared {
  std::string path;
  unsigned call = 0; ///< the current call, from 1
};

} // namespace braid::elab

#endif
