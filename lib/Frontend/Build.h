//===- Build.h - trees from the pieces the grammar finds ------------------===//
//
// The grammar tries alternatives, so what it hands around must be copyable,
// while trees are not. A `Box` is a shared handle to a node under construction;
// whoever attaches the node takes it out.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_FRONTEND_BUILD_H
#define BRAID_LIB_FRONTEND_BUILD_H

#include "Lexer.h"
#include "braid/Frontend/AST.h"
#include <memory>

namespace braid::syntax {

template <typename T> class Box {
public:
  T &operator*() const {
    if (!node)
      node = std::make_shared<T>();
    return *node;
  }
  T *operator->() const { return &**this; }
  T take() const { return std::move(**this); }

private:
  mutable std::shared_ptr<T> node;
};

/// What stands between braces, and how it ended.
struct Items {
  ast::Range range;
  std::vector<ast::StmtPtr> statements;
};

/// Operands and the operators between them, before precedence is known.
struct Chain {
  ast::Range range;
  std::vector<ast::Expr> operands;
  std::vector<Token> operators;
};

/// A list of axes in brackets.
struct AxisList {
  ast::Range range;
  std::vector<ast::AxisItem> items;
};

/// `(a, b)` or `(a)`.
struct Arguments {
  ast::Range range;
  std::vector<ast::Argument> items;
};

ast::ExprPtr own(ast::Expr expr);
ast::Name makeName(uint32_t file, const Token &token);
ast::Expr makeLeaf(uint32_t file, const Token &token);
/// Groups a chain by the precedence of its operators; all are left-associative.
ast::Expr groupChain(Chain chain);
/// One argument without name or axes is an expression in parentheses, more are a tuple.
ast::Expr makeParenthesised(Arguments arguments);
/// The last expression of a block is its value, as is a last `if` whose branches all have one.
ast::Block makeBlock(Items items);
/// Fills in the comments right above each declaration.
void attachDocs(ast::File &file, const SourceManager &sources);

} // namespace braid::syntax

#endif
