//===- ASTPrinter.cpp - from syntax trees to text -------------------------===//
//
// The formatter. Where the author broke a line between statements, between the
// arguments of a call or before an operator, there stays a break; everything
// else about the layout is settled here. Every decision is a function of the
// tree and of those breaks, which makes the result stable under formatting.
//
//===----------------------------------------------------------------------===//
#include "braid/Frontend/ASTPrinter.h"
#include <algorithm>
#include <functional>
#include <utility>

namespace braid {

using namespace ast;

namespace {

constexpr size_t lineWidth = 110;
constexpr int indentStep = 2, continuation = 4;

/// How tightly an operator binds; a primary expression most of all.
int precedence(const Expr &e) {
  switch (e.kind) {
  case Expr::Kind::If:
  case Expr::Kind::Fold:
  case Expr::Kind::Read: return 0;
  case Expr::Kind::Unary: return 6;
  case Expr::Kind::Each: return 8;
  case Expr::Kind::Binary: break;
  default: return 9;
  }
  const std::string &op = e.text;
  return op == "||"                            ? 1
         : op == "&&"                          ? 2
         : op == "+" || op == "-"              ? 4
         : op == "*" || op == "/" || op == "%" ? 5
         : op == "^"                           ? 7
                                               : 3;
}

class Printer {
public:
  Printer(const File &file, const SourceManager &sources, bool tree)
      : file(file), source(sources.text(file.file)), tree(tree) {}

  std::string run() {
    std::vector<Item> items;
    for (const Decl &d : file.decls)
      items.push_back({d.range, [this, &d] { return decl(d); }});
    std::string text = lines(items, 0, 0, uint32_t(source.size()));
    return text.empty() ? text : text + "\n";
  }

private:
  /// Something that stands on a line of its own, or on one with its neighbours.
  struct Item {
    Range range;
    std::function<std::string()> print;
  };

  //===--------------------------------------------------------------------===//
  // Layout
  //===--------------------------------------------------------------------===//

  size_t newlines(uint32_t begin, uint32_t end) const {
    return begin < end ? size_t(std::count(source.begin() + begin, source.begin() + end, '\n')) : 0;
  }
  bool breaks(uint32_t begin, uint32_t end) const { return !tree && newlines(begin, end) > 0; }
  static std::string pad(int indent) { return std::string(size_t(indent), ' '); }

  /// Items between two places of the source, one a line (or as the author grouped
  /// them), with the comments that stand there; without a final newline.
  std::string lines(const std::vector<Item> &items, int indent, uint32_t begin, uint32_t end) {
    std::string out;
    uint32_t last = begin;
    bool first = true;
    bool open = false; // the last line may take another item
    auto startLine = [&](uint32_t at) {
      if (!first)
        out += !tree && newlines(last, at) > 1 ? "\n\n" : "\n";
      first = false;
      out += pad(indent);
    };
    auto flush = [&](uint32_t limit) {
      for (; !tree && comment < file.comments.size() && file.comments[comment].range.begin < limit; ++comment) {
        const Comment &c = file.comments[comment];
        bool trailing = !first && newlines(last, c.range.begin) == 0;
        if (trailing)
          out += "  " + c.text;
        else
          startLine(c.range.begin), out += c.text;
        last = std::max(last, c.range.end);
        open = false;
      }
    };
    for (const Item &item : items) {
      flush(item.range.begin);
      size_t comments = comment;
      std::string text = item.print();
      // Comments inside an expression move before it.
      std::string inside;
      for (; !tree && comment < file.comments.size() && file.comments[comment].range.begin < item.range.end; ++comment)
        inside += file.comments[comment].text + "\n" + pad(indent);
      size_t lineLength = out.size() - (out.rfind('\n') == std::string::npos ? 0 : out.rfind('\n') + 1);
      bool join = open && inside.empty() && comments == comment && newlines(last, item.range.begin) == 0 &&
                  text.find('\n') == std::string::npos && lineLength + 2 + text.size() <= lineWidth && !tree;
      if (join)
        out += "  ";
      else
        startLine(item.range.begin);
      out += inside + text;
      open = text.find('\n') == std::string::npos;
      last = item.range.end;
    }
    flush(end);
    return out;
  }

  /// `{ a  b }` if the author wrote it on one line and it fits, else one item a line.
  std::string braces(const std::vector<Item> &items, Range range, int indent) {
    bool inLine = !breaks(range.begin, range.end) && !tree;
    if (inLine) {
      size_t comments = comment;
      std::string text = "{";
      bool tried = std::exchange(trying, true);
      for (size_t i = 0; i < items.size(); ++i)
        text += (i ? "  " : " ") + items[i].print();
      trying = tried;
      text += items.empty() ? "}" : " }";
      if (comments == comment && text.find('\n') == std::string::npos && text.size() + size_t(indent) <= lineWidth)
        return text;
    }
    // The braces around these, which try one line, cannot have one either; what is not printed twice at each
    // level is not printed 2^n times.
    if (trying)
      return "\n";
    std::string text = lines(items, indent + indentStep, range.begin + 1, range.end);
    return text.empty() ? "{}" : "{\n" + text + "\n" + pad(indent) + "}";
  }

  std::string block(const Block &b, int indent) {
    std::vector<Item> items;
    for (const StmtPtr &s : b.statements)
      items.push_back({s->range, [this, &s, indent] { return stmt(*s, indent + indentStep); }});
    if (b.value)
      items.push_back({b.value->range, [this, &b, indent] { return expr(*b.value, indent + indentStep); }});
    return braces(items, b.range, indent);
  }

  //===--------------------------------------------------------------------===//
  // Axes, types, arguments
  //===--------------------------------------------------------------------===//

  template <typename T, typename F> static std::string list(const std::vector<T> &items, F print) {
    std::string text;
    for (const T &item : items)
      text += (text.empty() ? "" : ", ") + print(item);
    return text;
  }
  std::string axis(const AxisItem &a, int indent) {
    std::string text = (a.rest ? ".." : "") + a.name.text;
    return text + (a.size ? (text.empty() ? "" : ": ") + expr(*a.size, indent) : "");
  }
  std::string axes(const std::vector<AxisItem> &items, int indent) {
    return "[" + list(items, [&](const AxisItem &a) { return axis(a, indent); }) + "]";
  }
  std::string axisArgs(const AxisArgs &a, int indent) {
    auto print = [&](const AxisItem &item) { return axis(item, indent); };
    return "[" + list(a.from, print) + (a.arrow ? (a.from.empty() ? "-> " : " -> ") + list(a.to, print) : "") + "]";
  }
  std::string type(const TypeExpr &t, int indent) {
    switch (t.kind) {
    case TypeExpr::Kind::Axes: return axes(t.axes, indent);
    case TypeExpr::Kind::Id: return t.idAxis.text.empty() ? "id" : "id[" + t.idAxis.text + "]";
    case TypeExpr::Kind::Int: return "int";
    case TypeExpr::Kind::Real: return "real";
    case TypeExpr::Kind::Bool: return "bool";
    case TypeExpr::Kind::Stream: return "stream " + axes(t.axes, indent);
    }
    return "";
  }
  std::string argument(const Argument &a, int indent) {
    std::string value = a.axes ? axes(*a.axes, indent) : expr(*a.value, indent);
    return a.name ? a.name->text + " = " + value : value;
  }
  std::string arguments(const std::vector<Argument> &items, int indent) {
    std::string text = "(";
    for (size_t i = 0; i < items.size(); ++i) {
      if (i)
        text += breaks(items[i - 1].range.end, items[i].range.begin) ? ",\n" + pad(indent + continuation) : ", ";
      text += argument(items[i], indent);
    }
    return text + ")";
  }
  std::string formals(const std::vector<Formal> &items, int indent) {
    std::string text = "(";
    for (size_t i = 0; i < items.size(); ++i) {
      const Formal &f = items[i];
      if (i)
        text += breaks(items[i - 1].range.end, f.range.begin) ? ",\n" + pad(indent + continuation) : ", ";
      text += f.name.text + (f.type ? ": " + type(*f.type, indent) : "") +
              (f.defaultValue ? " = " + expr(*f.defaultValue, indent) : "");
    }
    return text + ")";
  }
  std::string view(const std::optional<View> &v, int indent) {
    if (!v)
      return "";
    std::string parts = list(v->parts, [&](const View::Part &p) {
      return p.kind.text + (p.argument ? "(" + expr(*p.argument, indent) + ")" : "");
    });
    return " over " + (v->parts.size() == 1 ? parts : "(" + parts + ")");
  }

  //===--------------------------------------------------------------------===//
  // Expressions
  //===--------------------------------------------------------------------===//

  /// A literal as it was written; the range may have parentheses around it.
  std::string literal(const Expr &e) const {
    std::string_view text = source.substr(e.range.begin, e.range.end - e.range.begin);
    size_t begin = text.find_first_of("0123456789"), end = text.find_first_of(") \t\r\n/", begin);
    return std::string(text.substr(begin, end == std::string_view::npos ? end : end - begin));
  }

  std::string expr(const Expr &e, int indent, int tightness = 0) {
    std::string text = bare(e, indent);
    if (e.label)
      text = e.label->text + ": " + text;
    bool operation = e.kind == Expr::Kind::Binary || e.kind == Expr::Kind::Unary;
    return precedence(e) < tightness || (tree && operation) ? "(" + text + ")" : text;
  }

  std::string binary(const Expr &e, int indent) {
    int p = precedence(e);
    bool power = e.text == "^";
    const Expr &left = *e.operands[0], &right = *e.operands[1];
    std::string text = expr(left, indent, power ? 8 : p);
    std::string gap = power ? "" : " ";
    text += breaks(left.range.end, right.range.begin) ? "\n" + pad(indent + continuation) : gap;
    return text + e.text + gap + expr(right, indent, power ? 6 : p + 1);
  }

  std::string bare(const Expr &e, int indent) {
    switch (e.kind) {
    case Expr::Kind::Number: return literal(e);
    case Expr::Kind::String: return "\"" + e.text + "\"";
    case Expr::Kind::Ident: return e.name.text;
    case Expr::Kind::Size: return (e.rest ? "|.." : "|") + e.name.text + (e.member ? "." + e.member->text : "") + "|";
    case Expr::Kind::Unary: return e.text + expr(*e.operands[0], indent, 6);
    case Expr::Kind::Binary: return binary(e, indent);
    case Expr::Kind::Call:
      return e.name.text + (e.axes ? axisArgs(*e.axes, indent) : "") + arguments(e.arguments, indent);
    case Expr::Kind::Member: return expr(*e.operands[0], indent, 9) + "." + e.name.text;
    case Expr::Kind::Index:
      return expr(*e.operands[0], indent, 9) + (e.axes ? axisArgs(*e.axes, indent) : axes(e.index, indent));
    case Expr::Kind::If: return ifElse(*e.operands[0], *e.block, e.elseBlock.get(), indent);
    case Expr::Kind::Fold: {
      const Expr &count = *e.operands[0];
      bool leaf = count.kind == Expr::Kind::Number || count.kind == Expr::Kind::Ident || count.kind == Expr::Kind::Size;
      std::string n = expr(count, indent);
      return "fold " + (leaf ? n : "(" + n + ")") + " (" + e.name.text + " = " + expr(*e.operands[1], indent) + ") " +
             block(*e.block, indent);
    }
    case Expr::Kind::BlockExpr: return block(*e.block, indent);
    case Expr::Kind::Each: return "each" + axisArgs(*e.axes, indent) + " " + expr(*e.operands[0], indent, 8);
    case Expr::Kind::Read:
      return e.name.text +
             (e.by ? " by " + e.by->text + (e.arguments.empty() ? "" : arguments(e.arguments, indent)) : "") +
             view(e.view, indent);
    case Expr::Kind::Tuple: return arguments(e.arguments, indent);
    case Expr::Kind::AxisList: return axes(e.index, indent);
    }
    return "";
  }

  std::string ifElse(const Expr &condition, const Block &then, const Block *otherwise, int indent) {
    std::string text = "if " + expr(condition, indent) + " " + block(then, indent);
    if (!otherwise)
      return text;
    if (otherwise->statements.empty() && otherwise->value && otherwise->value->kind == Expr::Kind::If)
      return text + " else " + expr(*otherwise->value, indent);
    if (otherwise->statements.size() == 1 && !otherwise->value && otherwise->statements[0]->kind == Stmt::Kind::If)
      return text + " else " + stmt(*otherwise->statements[0], indent);
    return text + " else " + block(*otherwise, indent);
  }

  //===--------------------------------------------------------------------===//
  // Statements and declarations
  //===--------------------------------------------------------------------===//

  std::string connection(const Stmt &s, int indent) {
    return s.with->text + (s.withArguments.empty() ? "" : arguments(s.withArguments, indent));
  }
  static std::string labels(const std::vector<Name> &names) {
    return "(" + list(names, [](const Name &n) { return n.text; }) + ")";
  }

  std::string param(const Stmt &s, int indent) {
    std::string text = "param " + s.name.text + ": " + type(*s.type, indent) + " = " +
                       (s.initFromParameters ? "init " : "") + expr(*s.value, indent);
    std::vector<std::string> options;
    if (s.decay)
      options.push_back("decay on");
    if (s.lr) {
      bool leaf = s.lr->kind == Expr::Kind::Number || s.lr->kind == Expr::Kind::Ident;
      std::string lr = expr(*s.lr, indent);
      options.push_back("lr " + (leaf ? lr : "(" + lr + ")"));
    }
    if (s.group)
      options.push_back("in " + s.group->text);
    std::string tail = list(options, [](const std::string &o) { return o; });
    return tail.empty() ? text : text + "  " + tail;
  }

  std::string write(const Stmt &s, int indent) {
    std::string text = "write (" + s.writeValue->text + (s.type ? ": " + type(*s.type, indent) : "") + ") ";
    for (size_t i = 0; i < s.fields.size(); ++i) {
      const WriteField &f = s.fields[i];
      if (i)
        text += breaks(s.fields[i - 1].range.end, f.range.begin) ? ",\n" + pad(indent + continuation) : ", ";
      text += (f.field ? f.field->text + " = " : "") + (f.append ? "append " : "") + expr(*f.value, indent);
    }
    return text;
  }

  std::string stmt(const Stmt &s, int indent) {
    auto value = [&] { return expr(*s.value, indent); };
    const std::string &name = s.name.text;
    switch (s.kind) {
    case Stmt::Kind::Let: return "let " + name + " = " + value();
    case Stmt::Kind::Param: return param(s, indent);
    case Stmt::Kind::Carry: return "carry " + name + ": " + type(*s.type, indent) + " = " + value();
    case Stmt::Kind::Stream: {
      std::string text = "stream " + name + ": " + type(*s.type, indent) + " = " + (s.empty ? "empty" : value());
      return text + " with " + (s.shared ? "shared " : "") + connection(s, indent) + view(s.view, indent);
    }
    case Stmt::Kind::Site: {
      std::string text = name + (s.with ? " by " + connection(s, indent) : "");
      return text + view(s.view, indent) + " <- " + value();
    }
    case Stmt::Kind::For: {
      std::string text = "for " + name + " in " + expr(*s.from, indent) + ".." + expr(*s.to, indent);
      return text + " " + block(*s.body, indent);
    }
    case Stmt::Kind::If: return ifElse(*s.value, *s.body, s.elseBody.get(), indent);
    case Stmt::Kind::Return: return "return " + value();
    case Stmt::Kind::Read: return "read " + value();
    case Stmt::Kind::Write: return write(s, indent);
    case Stmt::Kind::Observe: return "observe " + value() + " as " + name;
    case Stmt::Kind::AuxLoss: return "aux_loss " + value();
    case Stmt::Kind::Use: return "use " + name + " = " + value();
    case Stmt::Kind::Axis: return "axis " + name + " = " + (s.value ? value() : labels(s.labels));
    case Stmt::Kind::ExprStmt: return value();
    }
    return "";
  }

  std::string decl(const Decl &d) {
    switch (d.kind) {
    case Decl::Kind::Import: return "import \"" + d.path + "\"";
    case Decl::Kind::Config: {
      std::vector<Item> items;
      for (const ConfigItem &c : d.config)
        items.push_back({c.range, [this, &c] { return c.name.text + " = " + expr(*c.value, indentStep); }});
      return "config " + braces(items, d.range, 0);
    }
    case Decl::Kind::Axis: return "axis " + d.name.text + " = " + (d.size ? expr(*d.size, 0) : labels(d.labels));
    default: break;
    }
    static const char *const words[] = {"", "", "", "fn ", "layer ", "connection ", "model "};
    std::string text = words[size_t(d.kind)] + d.name.text;
    if (!d.axisVariables.empty())
      text += "[" + list(d.axisVariables, [](const Name &n) { return n.text; }) + "]";
    text += formals(d.formals, 0) + (d.result ? " -> " + type(*d.result, 0) : "");
    if (!d.expressionBody)
      return text + " " + block(*d.body, 0);
    uint32_t end = d.result ? d.result->range.end : d.formals.empty() ? d.name.range.end : d.formals.back().range.end;
    bool newLine = breaks(end, d.body->value->range.begin);
    return text + (newLine ? " =\n" + pad(continuation) : " = ") + expr(*d.body->value, 0);
  }

  const File &file;
  std::string_view source;
  bool tree;
  size_t comment = 0;  ///< the next one to print
  bool trying = false; ///< printing what braces further out may have on one line
};

} // namespace

std::string print(const File &file, const SourceManager &sources) { return Printer(file, sources, false).run(); }
std::string printTree(const File &file, const SourceManager &sources) { return Printer(file, sources, true).run(); }

} // namespace braid
