//===- NameUse.cpp - names that nobody reads, and names that hide ---------===//
//
// Warnings that follow from the text alone: what `let`, `use` and `stream` make and
// nothing names, and a `let` in a loop that hides a name of outside of it. Every mention
// counts, also in a branch that is not taken: whether a name is of use must not depend
// on the config.
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"

namespace braid::elab {

using ast::Decl;
using ast::Expr;
using ast::Stmt;

class NameUse {
public:
  NameUse(Elaborator &e, const Decl &decl) : e(e), decl(decl) {}

  void run() {
    for (const ast::Formal &formal : decl.formals) {
      expr(formal.defaultValue.get());
      bind(formal.name);
    }
    if (decl.body)
      body(*decl.body);
    for (const Binding &b : bindings)
      if (b.kind && !b.read && b.name.text[0] != '_') {
        e.warning(Diag::NeverRead, b.name.range, {b.kind, b.name.text});
        e.warned.push_back(b.whole);
      }
  }

private:
  struct Binding {
    const ast::Name &name;
    const char *kind; ///< the word for what should be read; null for the rest
    Range whole;      ///< the statement
    bool read = false;
    bool mayBe = false; ///< made in a branch of a connection, and in scope after it
  };

  void bind(const ast::Name &name, const char *kind = nullptr, Range whole = {}) {
    visible.push_back(bindings.size());
    bindings.push_back({name, kind, whole});
  }

  void mention(const ast::Name &name) {
    for (size_t i : llvm::reverse(visible))
      if (bindings[i].name.text == name.text) {
        bindings[i].read = true;
        if (!bindings[i].mayBe)
          return;
      }
  }

  /// A `let`, which in a loop may hide what was meant to be changed.
  void let(const Stmt &s) {
    bool hides = false;
    for (size_t i = 0; i < loopBase && !hides; ++i)
      if (const Binding &outer = bindings[visible[i]]; outer.name.text == s.name.text) {
        hides = true;
        e.warning(Diag::HidesOuter, s.name.range, {s.name.text}).notes.push_back({outer.name.range, "the one outside"});
      }
    bind(s.name, hides ? nullptr : "the value", s.range);
  }

  void body(const ast::Block &b) {
    for (const ast::StmtPtr &s : b.statements)
      statement(*s);
    expr(b.value.get());
  }

  void block(const ast::Block *b, const ast::Name *bound = nullptr, bool loop = false) {
    if (!b)
      return;
    size_t mark = visible.size();
    Restore<size_t> base(loopBase, loop ? mark : loopBase);
    if (bound)
      bind(*bound);
    body(*b);
    visible.truncate(mark);
  }

  void branch(const ast::Block *b) {
    if (decl.kind != Decl::Kind::Connection || !b)
      return block(b);
    size_t mark = visible.size();
    body(*b);
    for (size_t i : llvm::ArrayRef(visible).drop_front(mark))
      bindings[i].mayBe = true;
  }

  void statement(const Stmt &s) {
    expr(s.value.get());
    if (s.type)
      axes(s.type->axes);
    arguments(s.withArguments);
    expr(s.lr.get());
    view(s.view);
    expr(s.from.get());
    expr(s.to.get());
    switch (s.kind) {
    case Stmt::Kind::Let: return let(s);
    case Stmt::Kind::Use: return bind(s.name, "the instance", s.range);
    case Stmt::Kind::Carry: return bind(s.name, "the carry", s.name.range);
    case Stmt::Kind::Stream: return bind(s.name, "the stream", s.name.range);
    case Stmt::Kind::Param: return bind(s.name);
    case Stmt::Kind::For: return block(s.body.get(), &s.name, /*loop=*/true);
    case Stmt::Kind::If: branch(s.body.get()); return branch(s.elseBody.get());
    case Stmt::Kind::Write: {
      size_t mark = visible.size();
      if (s.writeValue)
        bind(*s.writeValue);
      for (const ast::WriteField &field : s.fields)
        expr(field.value.get());
      visible.truncate(mark);
      return;
    }
    default: return;
    }
  }

  void axes(const std::vector<ast::AxisItem> &items) {
    for (const ast::AxisItem &item : items)
      expr(item.size.get());
  }

  void view(const std::optional<ast::View> &v) {
    if (v)
      for (const ast::View::Part &part : v->parts)
        expr(part.argument.get());
  }

  void arguments(const std::vector<ast::Argument> &list) {
    for (const ast::Argument &a : list) {
      expr(a.value.get());
      if (a.axes)
        axes(*a.axes);
    }
  }

  void expr(const Expr *x) {
    if (!x)
      return;
    bool named = x->kind == Expr::Kind::Ident || x->kind == Expr::Kind::Call || x->kind == Expr::Kind::Read;
    if (named || (x->kind == Expr::Kind::Size && x->member))
      mention(x->name);
    for (const ast::ExprPtr &operand : x->operands)
      expr(operand.get());
    if (x->axes) {
      axes(x->axes->from);
      axes(x->axes->to);
    }
    axes(x->index);
    arguments(x->arguments);
    view(x->view);
    bool fold = x->kind == Expr::Kind::Fold;
    block(x->block.get(), fold ? &x->name : nullptr, fold);
    block(x->elseBlock.get());
  }

  Elaborator &e;
  const Decl &decl;
  std::vector<Binding> bindings;
  llvm::SmallVector<size_t> visible; ///< in `bindings`, from the outermost
  size_t loopBase = 0;               ///< how many of them are outside of the innermost loop
};

void Elaborator::warnOfNames() {
  for (const ast::File *file : files)
    if (!file->library)
      for (const Decl &decl : file->decls)
        if (decl.body)
          NameUse(*this, decl).run();
}

} // namespace braid::elab
