//===- Build.cpp - trees from the pieces the grammar finds ----------------===//
#include "Build.h"
#include <algorithm>
#include <cstdlib>
#include <iterator>

namespace braid::syntax {

using ast::Expr;
using ast::Stmt;

ast::ExprPtr own(Expr expr) { return std::make_unique<Expr>(std::move(expr)); }

ast::Name makeName(uint32_t file, const Token &token) {
  return {std::string(token.text), {file, token.begin, token.end}};
}

Expr makeLeaf(uint32_t file, const Token &token) {
  Expr e;
  e.range = {file, token.begin, token.end};
  if (token.kind == Tok::Number) {
    e.kind = Expr::Kind::Number;
    e.number = std::strtod(std::string(token.text).c_str(), nullptr);
    e.isInt = token.text.find_first_of(".eE") == std::string_view::npos;
  } else if (token.kind == Tok::String) {
    e.kind = Expr::Kind::String;
    e.text = token.text.substr(1, token.text.size() - 2);
  } else {
    e.kind = Expr::Kind::Ident;
    e.name = makeName(file, token);
  }
  return e;
}

static int precedence(Tok op) {
  switch (op) {
  case Tok::OrOr: return 1;
  case Tok::AndAnd: return 2;
  case Tok::Plus:
  case Tok::Minus: return 4;
  case Tok::Star:
  case Tok::Slash:
  case Tok::Percent: return 5;
  default: // comparisons
    return 3;
  }
}

Expr groupChain(Chain chain) {
  std::vector<Expr> operands;
  std::vector<Token> operators;
  auto reduce = [&] {
    Expr e;
    e.kind = Expr::Kind::Binary;
    e.text = operators.back().text;
    operators.pop_back();
    Expr right = std::move(operands.back());
    operands.pop_back();
    Expr left = std::move(operands.back());
    operands.pop_back();
    e.range = {left.range.file, left.range.begin, right.range.end};
    e.operands.push_back(own(std::move(left)));
    e.operands.push_back(own(std::move(right)));
    operands.push_back(std::move(e));
  };
  for (size_t i = 0; i < chain.operands.size(); ++i) {
    operands.push_back(std::move(chain.operands[i]));
    if (i == chain.operators.size())
      break;
    while (!operators.empty() && precedence(operators.back().kind) >= precedence(chain.operators[i].kind))
      reduce();
    operators.push_back(chain.operators[i]);
  }
  while (!operators.empty())
    reduce();
  return std::move(operands.front());
}

Expr makeParenthesised(Arguments arguments) {
  std::vector<ast::Argument> &items = arguments.items;
  if (items.size() == 1 && !items[0].name && !items[0].axes)
    return std::move(*items[0].value);
  Expr e;
  e.kind = Expr::Kind::Tuple;
  e.range = arguments.range;
  e.arguments = std::move(items);
  return e;
}

/// Whether every way through the statement, an `if`, ends in a value.
static bool hasValue(const Stmt &s) {
  return s.kind == Stmt::Kind::If && s.elseBody && s.body->value && s.elseBody->value;
}

ast::Block makeBlock(Items items) {
  ast::Block block;
  block.range = items.range;
  block.statements = std::move(items.statements);
  if (block.statements.empty())
    return block;
  Stmt &last = *block.statements.back();
  if (last.kind == Stmt::Kind::ExprStmt) {
    block.value = std::move(last.value);
    block.statements.pop_back();
  } else if (hasValue(last)) {
    Expr e;
    e.kind = Expr::Kind::If;
    e.range = last.range;
    e.operands.push_back(std::move(last.value));
    e.block = std::move(last.body);
    e.elseBlock = std::move(last.elseBody);
    block.statements.pop_back();
    block.value = own(std::move(e));
  }
  return block;
}

/// `// text` without slashes and the space after them.
static std::string_view withoutSlashes(std::string_view text) {
  while (!text.empty() && text.front() == '/')
    text.remove_prefix(1);
  if (!text.empty() && text.front() == ' ')
    text.remove_prefix(1);
  return text;
}

void attachDocs(ast::File &file, const SourceManager &sources) {
  for (ast::Decl &decl : file.decls) {
    uint32_t line = sources.locate(file.file, decl.range.begin).line;
    auto after = std::upper_bound(file.comments.begin(), file.comments.end(), decl.range.begin,
                                  [](uint32_t begin, const ast::Comment &c) { return begin < c.range.begin; });
    for (auto c = std::make_reverse_iterator(after); c != file.comments.rend(); ++c) {
      LineColumn at = sources.locate(file.file, c->range.begin);
      // Only comments that have their lines to themselves.
      std::string_view before = sources.line(file.file, at.line).substr(0, at.column - 1);
      if (at.line + 1 != line || before.find_first_not_of(" \t") != std::string_view::npos)
        break;
      decl.doc = std::string(withoutSlashes(c->text)) + (decl.doc.empty() ? "" : "\n") + decl.doc;
      line = at.line;
    }
  }
}

} // namespace braid::syntax
