//===- AST.h - syntax trees of Braid programs -----------------------------===//
//
// What the parser returns and the elaborator walks. Plain data: a node knows
// its source range and its children, nothing else. Names are not resolved and
// axes are not checked here; docs/language.md has the grammar.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_FRONTEND_AST_H
#define BRAID_FRONTEND_AST_H

#include "braid/Support/Source.h"
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace braid::ast {

using Range = SourceRange;

struct Name {
  std::string text;
  Range range;
};

struct Expr;
struct Stmt;
using ExprPtr = std::unique_ptr<Expr>;
using StmtPtr = std::unique_ptr<Stmt>;

/// One item of an axis list: `[dim]`, `[inner: 4 * dim]`, `[..e]`. With `size`
/// the axis is introduced here (in a type) or indexed (after a value).
struct AxisItem {
  Range range;
  Name name;         ///< for `..e`: the name after the dots
  bool rest = false; ///< `..e`
  ExprPtr size;      ///< may be null
};

/// `[a, b -> c, heads: 6]` after a function's name: axes and renamings,
/// `split[dim -> heads, head]`, `dot[lane]`, `softmax[depth]`, `concat[dim -> both]`.
struct AxisArgs {
  Range range;
  std::vector<AxisItem> from;
  bool arrow = false;
  std::vector<AxisItem> to; ///< after `->`
};

/// `over last(8)`, `over blocks(6)`, `over (last(8), first)`, `over every(2)`.
struct View {
  struct Part {
    Range range;
    Name kind;        ///< last first every blocks all
    ExprPtr argument; ///< may be null
  };
  Range range;
  std::vector<Part> parts;
};

/// An argument of a call: `x`, `scale = 0.01`, `[lane: 4]` (axes), or a
/// parenthesised source of `attend`.
struct Argument {
  Range range;
  std::optional<Name> name; ///< `name = value`
  ExprPtr value;            ///< null when `axes`
  std::optional<std::vector<AxisItem>> axes;
};

struct Block {
  Range range;
  std::vector<StmtPtr> statements;
  ExprPtr value; ///< the last expression; may be null
};

struct Expr {
  enum class Kind {
    Number, ///< number; `isInt` tells how it was written
    String,
    Ident,     ///< name
    Size,      ///< |axis| or |stream.axis|: name, and member
    Unary,     ///< op: - ! ; operands[0]
    Binary,    ///< op: + - * / % ^ == != < <= > >= && || ; operands[0..1]
    Call,      ///< name[axes](arguments), with an optional label: `q: linear(x, [head])`
    Member,    ///< operands[0] . name   (x.first, h.q, v.last, x.state)
    Index,     ///< operands[0][lane: 0], [depth: -2]: `index` holds axis : expression;
               ///< operands[0][tokens] where tokens is an id: axis name is empty, size the expression;
               ///< operands[0][a -> b]: `axes` with arrow
    If,        ///< if c { a } else { b }: operands[0], block, elseBlock
    Fold,      ///< fold n (m = init) { body }: operands[0] = n, name = m, operands[1] = init, block
    BlockExpr, ///< { …  e }, with an optional label
    Each,      ///< each[depth] f(v): axes, operands[0]
    Read,      ///< x by c over view (only where the grammar allows it: right of `let`): name = stream, by, view
    Tuple,     ///< (k, v, causal): sources of attend; arguments
    AxisList,  ///< [lane: 4] standing as an argument: index
  };
  Kind kind;
  Range range;
  double number = 0;
  bool isInt = false;
  bool rest = false; ///< Size: `|..e|`, the product of the axes
  std::string text;  ///< String's value, Unary/Binary's operator
  Name name;
  std::optional<Name> label;  ///< Call, BlockExpr
  std::optional<Name> member; ///< Size: `|v.depth|`
  std::vector<ExprPtr> operands;
  std::optional<AxisArgs> axes;    ///< Call, Each, Index with an arrow
  std::vector<AxisItem> index;     ///< Index, AxisList
  std::vector<Argument> arguments; ///< Call, Tuple
  std::unique_ptr<Block> block, elseBlock;
  std::optional<Name> by;   ///< Read
  std::optional<View> view; ///< Read
};

/// A written type: `[lane, dim]`, `id[vocab]`, `int`, `stream [depth, dim]`, `real`, `bool`.
struct TypeExpr {
  enum class Kind { Axes, Id, Int, Real, Bool, Stream };
  Kind kind = Kind::Axes;
  Range range;
  std::vector<AxisItem> axes; ///< Axes, Stream
  Name idAxis;                ///< Id; empty: of no axis
};

/// `name: type = default`, of functions, layers, connections, models and connection states.
struct Formal {
  Range range;
  Name name;
  std::optional<TypeExpr> type;
  ExprPtr defaultValue; ///< may be null
};

/// One field of a write: `v = append y`, or an unnamed one.
struct WriteField {
  Range range;
  std::optional<Name> field;
  bool append = false;
  ExprPtr value;
};

struct Stmt {
  enum class Kind {
    Let,      ///< let a = e;  `let z = x by c over last(2)` is an Expr::Read
    Param,    ///< param name: [axes] = init  decay on, lr 0.5, in group
    Carry,    ///< carry c: [axes] = init
    Stream,   ///< stream x: [dim] = init with [shared] c(args) over view
    Site,     ///< x by c over view <- e ; label: e's own label
    For,      ///< for i in a..b { }
    If,       ///< if c { } else { }
    Return,   ///< return e
    Read,     ///< connection: read e
    Write,    ///< connection: write (y: type) fields
    Observe,  ///< observe e as name
    AuxLoss,  ///< aux_loss e
    Use,      ///< use f = layer(args)
    Axis,     ///< axis way = (q, k, v, r)  or  axis way = 4
    ExprStmt, ///< a bare expression that is not the block's value (an error the elaborator reports)
  };
  Kind kind;
  Range range;
  Name name;     ///< Let, Param, Carry, Stream, Site (stream), For (variable), Observe (name), Use, Axis
  ExprPtr value; ///< Let, Param's init, Carry's init, Stream's init, Site, If's condition, Return, Read, Observe,
                 ///< AuxLoss, Use, Axis' size
  std::optional<TypeExpr> type;          ///< Param, Carry, Stream; Write: type of y
  bool initFromParameters = false;       ///< Param: `init e`
  bool decay = false;                    ///< Param
  ExprPtr lr;                            ///< Param; may be null
  std::optional<Name> group;             ///< Param
  bool empty = false;                    ///< Stream: `= empty`
  bool shared = false;                   ///< Stream: `with shared c`
  std::optional<Name> with;              ///< Stream's connection; Site's `by`
  std::vector<Argument> withArguments;   ///< Stream: `with c(dv = 4)`; Site: `by c(…)`
  std::optional<View> view;              ///< Stream, Site
  ExprPtr from, to;                      ///< For
  std::unique_ptr<Block> body, elseBody; ///< For, If
  std::optional<Name> writeValue;        ///< Write: `(y)`
  std::vector<WriteField> fields;        ///< Write
  std::vector<Name> labels;              ///< Axis: its labels
};

struct ConfigItem {
  Range range;
  Name name;
  ExprPtr value;
};

/// A top-level declaration.
struct Decl {
  enum class Kind { Import, Config, Axis, Fn, Layer, Connection, Model };
  Kind kind;
  Range range;
  std::string doc; ///< the comment right above it, without slashes
  Name name;
  std::string path; ///< Import: `import "file.braid"`
  std::vector<ConfigItem> config;
  std::vector<Name> labels;        ///< Axis
  ExprPtr size;                    ///< Axis with a size
  std::vector<Name> axisVariables; ///< Fn, Layer, Connection: `[r, c]` after the name; `..e` with its dots
  std::vector<Formal> formals;
  std::optional<TypeExpr> result; ///< `-> [..e]`
  std::unique_ptr<Block> body;    ///< Fn's `= e` is a block with only a value
  bool expressionBody = false;    ///< written with `=`
};

/// `//` comments, in order, kept for `braid fmt`.
struct Comment {
  Range range;
  std::string text;
};

struct File {
  uint32_t file = 0;
  bool library = false; ///< of the standard library
  std::vector<Decl> decls;
  std::vector<Comment> comments;
};

} // namespace braid::ast

#endif
