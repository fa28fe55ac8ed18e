//===- NameCheck.cpp - what can be said without elaborating ---------------===//
//
// Elaboration sees what the model reaches. This walk sees the rest: in every
// declaration of the program a name given twice, and statements after a `return`;
// in those that nothing called, names that nothing has, and calls with too many or
// too few arguments. It knows no axes and no values, and is silent where these decide.
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"

namespace braid::elab {

using ast::Decl;
using ast::Expr;
using ast::Stmt;

class NameCheck {
public:
  NameCheck(Elaborator &e, const Decl &decl, bool resolves) : e(e), decl(decl), resolves(resolves) {}

  void run() {
    Scope arguments(*this);
    for (const ast::Formal &formal : decl.formals) {
      if (formal.defaultValue)
        expr(*formal.defaultValue);
      bind(formal.name, What::Argument, decl.kind == Decl::Kind::Model ? "input" : "argument");
    }
    if (decl.body)
      block(*decl.body);
  }

private:
  enum class What { Argument, Let, Param, Stream, Axis };
  struct Binding {
    llvm::StringRef name;
    What what;
    Range range;
  };
  /// The names bound since are forgotten at the end.
  struct Scope {
    NameCheck &check;
    size_t names, begin;
    explicit Scope(NameCheck &c) : check(c), names(c.names.size()), begin(c.begin) { c.begin = names; }
    ~Scope() {
      check.names.truncate(names);
      check.begin = begin;
    }
  };

  /// `kind` is the word for what has the name; of axes, which no value can be taken for, none.
  void bind(const ast::Name &name, What what, llvm::StringRef kind) {
    if (!kind.empty())
      e.refuseBuiltin(name, kind);
    names.push_back({name.text, what, name.range});
  }

  /// What `let` and its like make: once in a block, and not over a stream.
  void declare(const ast::Name &name, What what, llvm::StringRef kind) {
    for (size_t i = names.size(); i-- > 0;) {
      const Binding &old = names[i];
      if (old.name != name.text || (old.what == What::Axis) != (what == What::Axis))
        continue;
      // Two parameters of one name have one path, which is an error of its own.
      bool twice = (i >= begin && !(old.what == What::Param && what == What::Param)) ||
                   (old.what == What::Stream && what != What::Axis);
      if (twice)
        e.error(Diag::DeclaredTwice, name.range, {name.text}).notes.push_back({old.range, "the first is here"});
      break;
    }
    if (decl.kind == Decl::Kind::Model && what != What::Axis)
      if (auto it = e.configRanges.find(name.text); it != e.configRanges.end())
        e.error(Diag::DeclaredTwice, name.range, {name.text})
            .notes.push_back({it->second, "a config value has this name"});
    bind(name, what, kind);
  }

  bool bound(llvm::StringRef name) const {
    return llvm::any_of(names, [&](const Binding &b) { return b.name == name && b.what != What::Axis; });
  }

  void block(const ast::Block &b) {
    Scope scope(*this);
    body(b);
  }

  void body(const ast::Block &b) {
    const Stmt *last = nullptr;
    auto reached = [&](Range range) {
      if (last)
        e.error(Diag::NeverReached, range).notes.push_back({last->range, "the `return`"});
      return !last;
    };
    for (const ast::StmtPtr &s : b.statements) {
      if (!reached(s->range))
        return;
      statement(*s);
      if (s->kind == Stmt::Kind::Return)
        last = s.get();
    }
    if (b.value && reached(b.value->range))
      expr(*b.value);
  }

  void statement(const Stmt &s) {
    Restore<bool> use(inUse, s.kind == Stmt::Kind::Use);
    if (s.value)
      expr(*s.value);
    if (s.type)
      axes(s.type->axes);
    arguments(s.withArguments, s.kind == Stmt::Kind::Stream || s.kind == Stmt::Kind::Site);
    if (s.lr)
      expr(*s.lr);
    if (s.view)
      view(*s.view);
    if (s.with && resolves && (s.kind == Stmt::Kind::Stream || s.kind == Stmt::Kind::Site))
      e.connectionNamed(*s.with);
    switch (s.kind) {
    case Stmt::Kind::Let: declare(s.name, What::Let, "value"); break;
    case Stmt::Kind::Use: declare(s.name, What::Let, "instance"); break;
    case Stmt::Kind::Param: declare(s.name, What::Param, "parameter"); break;
    case Stmt::Kind::Carry: declare(s.name, What::Let, "carry"); break;
    case Stmt::Kind::Stream: declare(s.name, What::Stream, "stream"); break;
    case Stmt::Kind::Axis: declare(s.name, What::Axis, ""); break;
    case Stmt::Kind::Site:
      if (resolves && !bound(s.name.text))
        e.error(Diag::NotAStream, s.name.range, {s.name.text});
      break;
    case Stmt::Kind::For: {
      expr(*s.from);
      expr(*s.to);
      Scope scope(*this);
      bind(s.name, What::Argument, "loop variable");
      body(*s.body);
      break;
    }
    case Stmt::Kind::If:
      branch(*s.body);
      if (s.elseBody)
        branch(*s.elseBody);
      break;
    case Stmt::Kind::Write: {
      Scope scope(*this);
      if (s.writeValue)
        bind(*s.writeValue, What::Argument, "written value");
      for (const ast::WriteField &field : s.fields)
        expr(*field.value);
      break;
    }
    default: break;
    }
  }

  /// What a connection binds in a compile-time `if` is in scope after it.
  void branch(const ast::Block &b) {
    llvm::SmallVector<Binding> made;
    {
      Scope scope(*this);
      body(b);
      made.append(names.begin() + scope.names, names.end());
    }
    if (decl.kind == Decl::Kind::Connection)
      for (Binding &m : made)
        names.insert(names.begin() + begin, {m.name, What::Argument, m.range}), ++begin;
  }

  void axes(const std::vector<ast::AxisItem> &items) {
    for (const ast::AxisItem &item : items)
      if (item.size)
        expr(*item.size);
  }

  void view(const ast::View &v) {
    for (const ast::View::Part &part : v.parts)
      if (part.argument)
        expr(*part.argument);
  }

  void arguments(const std::vector<ast::Argument> &list, bool all = true) {
    for (const ast::Argument &a : list) {
      if (all && a.value)
        expr(*a.value);
      if (a.axes)
        axes(*a.axes);
    }
  }

  void name(const ast::Name &n) {
    if (!resolves || bound(n.text) || e.globals.count(n.text))
      return;
    // `index` needs its axis.
    if (!e.builtinValue(n.text).empty() && n.text != "index")
      return;
    Diagnostic &d = e.error(Diag::UnknownName, n.range, {n.text});
    std::vector<std::string> candidates;
    for (const Binding &b : names)
      candidates.push_back(b.name.str());
    for (auto &entry : e.globals)
      candidates.push_back(entry.getKey().str());
    if (e.decls.count(n.text) || e.builtins().count(n.text))
      d.hint = "`" + n.text + "` is to be called: `" + n.text + "(…)`";
    else
      e.hint(d, n.text, candidates);
  }

  /// An index may be a label of the axis, or one of its ends.
  bool isLabel(const Expr &x) const {
    if (x.kind != Expr::Kind::Ident)
      return false;
    return x.name.text == "first" || x.name.text == "last" || e.labels.contains(x.name.text);
  }

  void expr(const Expr &x) {
    switch (x.kind) {
    case Expr::Kind::Number:
    case Expr::Kind::String: return;
    case Expr::Kind::Ident: return name(x.name);
    case Expr::Kind::Size:
      if (x.member)
        name(x.name);
      return;
    case Expr::Kind::Call: return call(x);
    case Expr::Kind::Index: {
      const Expr &object = *x.operands[0];
      bool word = object.kind == Expr::Kind::Ident && !bound(object.name.text);
      if (word)
        for (llvm::StringRef constant : {"index", "zeros", "ones", "eye"})
          if (constant == object.name.text)
            return;
      expr(object);
      for (const ast::AxisItem &item : x.index)
        if (item.size && !isLabel(*item.size))
          expr(*item.size);
      return;
    }
    case Expr::Kind::Fold: {
      expr(*x.operands[0]);
      expr(*x.operands[1]);
      Scope scope(*this);
      bind(x.name, What::Argument, "loop variable");
      body(*x.block);
      return;
    }
    case Expr::Kind::Read:
      name(x.name);
      if (x.by && resolves)
        e.connectionNamed(*x.by);
      if (x.view)
        view(*x.view);
      return arguments(x.arguments);
    case Expr::Kind::Tuple: return arguments(x.arguments);
    case Expr::Kind::AxisList: return axes(x.index);
    default:
      for (const ast::ExprPtr &operand : x.operands)
        expr(*operand);
      if (x.block)
        block(*x.block);
      if (x.elseBlock)
        block(*x.elseBlock);
    }
  }

  void call(const Expr &x) {
    llvm::StringRef callee = x.name.text;
    // Masks, and words for options, are no values.
    if (callee == "attend" || callee == "dropout" || callee == "onehot") {
      for (const ast::Argument &a : x.arguments) {
        if (!a.value || (a.name && a.name->text == "per") || (callee == "onehot" && isLabel(*a.value)))
          continue;
        if (a.value->kind != Expr::Kind::Tuple) {
          expr(*a.value);
          continue;
        }
        for (size_t i = 0; i < a.value->arguments.size(); ++i) {
          const Expr *part = a.value->arguments[i].value.get();
          if (part && i < 2)
            expr(*part);
          else if (part && part->kind == Expr::Kind::Call)
            arguments(part->arguments);
        }
      }
      return;
    }
    if (x.axes) {
      axes(x.axes->from);
      axes(x.axes->to);
    }
    arguments(x.arguments);
    if (!resolves || bound(callee))
      return;
    if (auto it = e.decls.find(callee); it != e.decls.end()) {
      const Decl &target = *it->second;
      if (target.kind == Decl::Kind::Fn || target.kind == Decl::Kind::Layer)
        arity(x, target);
      else
        e.error(Diag::NotCallable, x.name.range, {x.name.text}).notes.push_back({target.name.range, "declared here"});
      return;
    }
    if (e.builtins().count(callee) || e.globals.count(callee))
      return;
    std::vector<std::string> candidates;
    for (auto &entry : e.decls)
      candidates.push_back(entry.getKey().str());
    for (auto &entry : e.builtins())
      candidates.push_back(entry.getKey().str());
    e.hint(e.error(Diag::UnknownFunction, x.name.range, {x.name.text}), callee, candidates);
  }

  void arity(const Expr &x, const Decl &target) {
    llvm::SmallVector<llvm::StringRef> formals;
    for (const ast::Formal &formal : target.formals)
      formals.push_back(formal.name.text);
    llvm::SmallVector<Elaborator::Slot> slots;
    if (!e.fillSlots(formals, nullptr, x.arguments, target.name.text, x.name.range, slots) || inUse)
      return;
    for (size_t i = 0; i < slots.size(); ++i)
      if (!slots[i].argument && !target.formals[i].defaultValue)
        e.error(Diag::MissingArgument, x.name.range, {target.name.text, formals[i].str()})
            .notes.push_back({target.formals[i].range, "declared here"});
  }

  Elaborator &e;
  const Decl &decl;
  bool resolves;      ///< nothing has elaborated it
  bool inUse = false; ///< `use f = layer(…)` leaves arguments to the calls
  llvm::SmallVector<Binding> names;
  size_t begin = 0; ///< of the innermost block
};

void Elaborator::checkNames() {
  Restore<Frame *> nowhere(current, nullptr);
  for (const ast::File *file : files) {
    if (file->library)
      continue;
    for (const Decl &decl : file->decls) {
      bool body = decl.kind == Decl::Kind::Fn || decl.kind == Decl::Kind::Layer || decl.kind == Decl::Kind::Connection;
      if (decl.kind == Decl::Kind::Connection && !elaborated.contains(&decl))
        checkStreamFormals(decl);
      if (body || decl.kind == Decl::Kind::Model)
        NameCheck(*this, decl, body && !elaborated.contains(&decl)).run();
    }
  }
}

} // namespace braid::elab
