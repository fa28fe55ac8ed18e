//===- Parser.cpp - the grammar of Braid ----------------------------------===//
//
// A Spirit X3 grammar over tokens; docs/language.md has the same rules as text.
// A rule's attribute is a handle to the node it builds, and semantic actions
// fill in the node's members. After the first words of a construct have been
// seen the rest is expected (`>`): what is missing is then reported where it is
// missing, and parsing goes on after the statement or the declaration.
//
// The only file that includes Boost. It throws inside (X3's expectations, and where a
// text is nested too deep), never out of `parse`.
//
//===----------------------------------------------------------------------===//
#include "braid/Frontend/Parser.h"
#include "Build.h"
#include "Cursor.h"
// `a >> b > c` is how X3 writes "c is expected after a and b".
#pragma clang diagnostic ignored "-Woverloaded-shift-op-parentheses"
#define BOOST_SPIRIT_X3_NO_RTTI
#include <boost/spirit/home/x3.hpp>

namespace x3 = boost::spirit::x3;

namespace braid {
namespace {

using namespace syntax;
using namespace ast;

//===----------------------------------------------------------------------===//
// Reading tokens
//===----------------------------------------------------------------------===//

/// One token that a predicate accepts; a quiet one is not mentioned in messages.
template <typename Accept, bool HasAttribute> struct TokenParser : x3::parser<TokenParser<Accept, HasAttribute>> {
  using attribute_type = std::conditional_t<HasAttribute, Token, x3::unused_type>;
  static constexpr bool has_attribute = HasAttribute;

  Accept accept;
  const char *what; ///< null: quiet
  TokenParser(Accept accept, const char *what) : accept(accept), what(what) {}

  template <typename Context, typename Attribute>
  bool parse(Cursor &first, const Cursor &last, const Context &, x3::unused_type, Attribute &attribute) const {
    if (first == last || !accept(*first)) {
      if (what)
        first.state->miss(first.at, what);
      return false;
    }
    x3::traits::move_to(*first, attribute);
    ++first;
    return true;
  }
};
template <typename Accept> auto word(Accept accept, const char *what) {
  return TokenParser<Accept, true>(accept, what);
}
template <typename Accept> auto skip(Accept accept, const char *what) {
  return TokenParser<Accept, false>(accept, what);
}

/// Replaces what was wanted at its first token by one name.
template <typename Subject> struct NamedDirective : x3::unary_parser<Subject, NamedDirective<Subject>> {
  using base = x3::unary_parser<Subject, NamedDirective<Subject>>;
  static constexpr bool is_pass_through_unary = true;
  static constexpr bool handles_container = Subject::handles_container;
  const char *what;
  NamedDirective(const Subject &subject, const char *what) : base(subject), what(what) {}

  template <typename Context, typename RContext, typename Attribute>
  bool parse(Cursor &first, const Cursor &last, const Context &context, RContext &rcontext,
             Attribute &attribute) const {
    const Token *start = first.at;
    std::vector<std::string> before;
    if (first.state->furthest == start)
      before = first.state->wanted;
    if (this->subject.parse(first, last, context, rcontext, attribute))
      return true;
    if (first.state->furthest <= start) {
      first.state->furthest = start;
      first.state->wanted = before;
      first.state->miss(start, what);
    }
    return false;
  }
};
template <typename Subject> auto named(const char *what, const Subject &subject) {
  auto parser = x3::as_parser(subject);
  return NamedDirective<decltype(parser)>(parser, what);
}

//===----------------------------------------------------------------------===//
// Rules: their nodes and their actions
//===----------------------------------------------------------------------===//

/// Gives the rule's node the range of what its definition matched.
template <typename Subject> struct RangedDirective : x3::unary_parser<Subject, RangedDirective<Subject>> {
  using base = x3::unary_parser<Subject, RangedDirective<Subject>>;
  static constexpr bool is_pass_through_unary = true;
  static constexpr bool handles_container = Subject::handles_container;
  RangedDirective(const Subject &subject) : base(subject) {}

  template <typename Context, typename Node, typename Attribute>
  bool parse(Cursor &first, const Cursor &last, const Context &context, Node &node, Attribute &attribute) const {
    const Token *start = first.at;
    if (!this->subject.parse(first, last, context, node, attribute))
      return false;
    node->range = {first.state->file, start->begin, first.at > start ? first.at[-1].end : start->begin};
    return true;
  }
};
template <typename Subject> auto ranged(const Subject &subject) {
  auto parser = x3::as_parser(subject);
  return RangedDirective<decltype(parser)>(parser);
}

/// One level of nesting; see maxDepth. A chain of operators is none by itself, but its height is its own.
class Level {
public:
  Level(const Cursor &at, bool nests) : state(*at.state), outside(at.state->height), nests(nests) {
    if (nests && state.depth == maxDepth)
      throw TooDeep{at.at, maxDepth};
    state.depth += nests;
    state.height = 0;
  }
  ~Level() {
    state.depth -= nests;
    state.height = std::max(outside, state.height + nests);
  }
  Level(const Level &) = delete;

private:
  State &state;
  unsigned outside;
  bool nests;
};
template <typename Subject, bool Nests>
struct LevelDirective : x3::unary_parser<Subject, LevelDirective<Subject, Nests>> {
  using base = x3::unary_parser<Subject, LevelDirective<Subject, Nests>>;
  static constexpr bool is_pass_through_unary = true;
  static constexpr bool handles_container = Subject::handles_container;
  LevelDirective(const Subject &subject) : base(subject) {}

  template <typename Context, typename RContext, typename Attribute>
  bool parse(Cursor &first, const Cursor &last, const Context &context, RContext &rcontext,
             Attribute &attribute) const {
    Level level(first, Nests);
    return this->subject.parse(first, last, context, rcontext, attribute);
  }
};
template <typename Subject> auto level(const Subject &subject) {
  auto parser = x3::as_parser(subject);
  return LevelDirective<decltype(parser), true>(parser);
}
template <typename Subject> auto chained(const Subject &subject) {
  auto parser = x3::as_parser(subject);
  return LevelDirective<decltype(parser), false>(parser);
}
/// What was read so far goes under one more node.
template <typename Context> void raise(Context &context) {
  Cursor at = x3::_where(context).begin();
  if (++at.state->height > maxHeight)
    throw TooDeep{at.at - 1, maxHeight};
}

struct RecoversStatement {
  template <typename Failure, typename Context>
  x3::error_handler_result on_error(Cursor &first, const Cursor &last, const Failure &, const Context &) {
    reportAt(*first.state, first.at);
    skipStatement(first, last);
    return x3::error_handler_result::accept;
  }
};
struct RecoversDecl {
  template <typename Failure, typename Context>
  x3::error_handler_result on_error(Cursor &first, const Cursor &last, const Failure &, const Context &) {
    reportAt(*first.state, first.at);
    skipDecl(first, last);
    return x3::error_handler_result::accept;
  }
};

// One way to put a matched piece into a member, for each pair of types.
void put(std::string &to, const Token &t, uint32_t) { to = t.text; }
void put(Name &to, const Token &t, uint32_t file) { to = makeName(file, t); }
void put(std::optional<Name> &to, const Token &t, uint32_t file) { to = makeName(file, t); }
void put(std::vector<Name> &to, const Token &t, uint32_t file) { to.push_back(makeName(file, t)); }
void put(std::vector<Token> &to, const Token &t, uint32_t) { to.push_back(t); }
void put(ExprPtr &to, const Box<Expr> &e, uint32_t) { to = own(e.take()); }
void put(std::vector<ExprPtr> &to, const Box<Expr> &e, uint32_t) { to.push_back(own(e.take())); }
void put(std::vector<StmtPtr> &to, const Box<Stmt> &s, uint32_t) { to.push_back(std::make_unique<Stmt>(s.take())); }
void put(std::unique_ptr<Block> &to, const Box<Items> &b, uint32_t) {
  to = std::make_unique<Block>(makeBlock(b.take()));
}
void put(std::vector<AxisItem> &to, const Box<AxisList> &a, uint32_t) { to = a.take().items; }
void put(std::optional<std::vector<AxisItem>> &to, const Box<AxisList> &a, uint32_t) { to = a.take().items; }
void put(std::vector<Argument> &to, const Box<Arguments> &a, uint32_t) { to = a.take().items; }
template <typename T> void put(T &to, const Box<T> &box, uint32_t) { to = box.take(); }
template <typename T> void put(std::optional<T> &to, const Box<T> &box, uint32_t) { to = box.take(); }
template <typename T> void put(std::vector<T> &to, const Box<T> &box, uint32_t) { to.push_back(box.take()); }

template <typename Context> uint32_t fileOf(Context &context) { return x3::_where(context).begin().state->file; }

/// The matched piece becomes, or is added to, a member of the rule's node.
template <auto Member>
constexpr auto set = [](auto &context) { put((*x3::_val(context)).*Member, x3::_attr(context), fileOf(context)); };
template <auto Member, auto Value> constexpr auto is = [](auto &context) { (*x3::_val(context)).*Member = Value; };
/// The matched piece is the node.
constexpr auto same = [](auto &context) { x3::_val(context) = x3::_attr(context); };

template <Stmt::Kind K> constexpr auto stmt = is<&Stmt::kind, K>;
template <Expr::Kind K> constexpr auto kind = is<&Expr::kind, K>;
template <Decl::Kind K> constexpr auto decl = is<&Decl::kind, K>;

/// Puts the expression read so far under a new one of this kind.
template <Expr::Kind K>
constexpr auto wrap = [](auto &context) {
  raise(context);
  Box<Expr> outer;
  outer->kind = K;
  outer->range = x3::_val(context)->range;
  outer->operands.push_back(own(x3::_val(context).take()));
  x3::_val(context) = outer;
};
/// The expression ends where the last token ended.
constexpr auto close = [](auto &context) { x3::_val(context)->range.end = x3::_where(context).begin().at[-1].end; };

// clang-format off
#define BRAID_RULE(NAME, TYPE, ...) \
  struct NAME##Rule : __VA_ARGS__ {}; \
  const x3::rule<NAME##Rule, Box<TYPE>> NAME = #NAME;
struct Plain {};
BRAID_RULE(axisItem, AxisItem, Plain) BRAID_RULE(indexItem, AxisItem, Plain) BRAID_RULE(axisList, AxisList, Plain)
BRAID_RULE(indices, AxisList, Plain) BRAID_RULE(axisArgs, AxisArgs, Plain) BRAID_RULE(renaming, AxisArgs, Plain)
BRAID_RULE(argument, Argument, Plain) BRAID_RULE(arguments, Arguments, Plain) BRAID_RULE(grouped, Arguments, Plain)
BRAID_RULE(viewPart, View::Part, Plain) BRAID_RULE(view, View, Plain) BRAID_RULE(type, TypeExpr, Plain)
BRAID_RULE(formal, Formal, Plain) BRAID_RULE(block, Items, Plain) BRAID_RULE(elseBranch, Items, Plain)
BRAID_RULE(leaf, Expr, Plain) BRAID_RULE(size, Expr, Plain) BRAID_RULE(parenthesised, Expr, Plain)
BRAID_RULE(call, Expr, Plain) BRAID_RULE(blockExpr, Expr, Plain) BRAID_RULE(ifExpr, Expr, Plain)
BRAID_RULE(fold, Expr, Plain) BRAID_RULE(each, Expr, Plain) BRAID_RULE(labelled, Expr, Plain)
BRAID_RULE(primary, Expr, Plain) BRAID_RULE(postfix, Expr, Plain) BRAID_RULE(power, Expr, Plain)
BRAID_RULE(unary, Expr, Plain) BRAID_RULE(operand, Expr, Plain) BRAID_RULE(expr, Expr, Plain)
BRAID_RULE(foldCount, Expr, Plain) BRAID_RULE(readAlone, Expr, Plain) BRAID_RULE(axisListExpr, Expr, Plain)
BRAID_RULE(chain, Chain, Plain) BRAID_RULE(letStmt, Stmt, Plain) BRAID_RULE(paramStmt, Stmt, Plain)
BRAID_RULE(carryStmt, Stmt, Plain) BRAID_RULE(streamStmt, Stmt, Plain) BRAID_RULE(siteStmt, Stmt, Plain) BRAID_RULE(forStmt, Stmt, Plain)
BRAID_RULE(ifStmt, Stmt, Plain) BRAID_RULE(valueStmt, Stmt, Plain) BRAID_RULE(observeStmt, Stmt, Plain)
BRAID_RULE(writeStmt, Stmt, Plain) BRAID_RULE(useStmt, Stmt, Plain) BRAID_RULE(axisStmt, Stmt, Plain)
BRAID_RULE(exprStmt, Stmt, Plain) BRAID_RULE(writeField, WriteField, Plain) BRAID_RULE(configItem, ConfigItem, Plain)
BRAID_RULE(program, File, Plain) BRAID_RULE(statement, Stmt, RecoversStatement)
BRAID_RULE(declaration, Decl, RecoversDecl)

//===----------------------------------------------------------------------===//
// Words and signs
//===----------------------------------------------------------------------===//

const auto name   = word(IsKind{Tok::Ident}, "a name");
const auto number = word(IsKind{Tok::Number}, "a number");
const auto string = word(IsKind{Tok::String}, "a string");

#define SIGN(NAME, KIND, TEXT) const auto NAME = skip(IsKind{Tok::KIND}, "`" TEXT "`");
#define QUIET(NAME, KIND) const auto NAME = skip(IsKind{Tok::KIND}, nullptr);
SIGN(lparen, LParen, "(")   SIGN(rparen, RParen, ")") SIGN(lbracket, LBracket, "[") SIGN(rbracket, RBracket, "]")
SIGN(lbrace, LBrace, "{")   SIGN(rbrace, RBrace, "}") SIGN(comma, Comma, ",")       SIGN(colon, Colon, ":")
SIGN(assign, Assign, "=")   SIGN(larrow, LArrow, "<-") SIGN(bar, Bar, "|")          SIGN(dotdot, DotDot, "..")
QUIET(rarrow, RArrow)       QUIET(dot, Dot)           QUIET(caret, Caret)           QUIET(maybeColon, Colon)
QUIET(maybeAssign, Assign)
const auto lparenHere   = skip(IsKindHere{{Tok::LParen}}, nullptr);
const auto lbracketHere = skip(IsKindHere{{Tok::LBracket}}, nullptr);

#define KEYWORD(NAME, KIND, TEXT) const auto NAME = skip(IsKind{Tok::KIND}, "`" TEXT "`");
KEYWORD(kwImport, Import, "import") KEYWORD(kwConfig, Config, "config") KEYWORD(kwAxis, Axis, "axis")
KEYWORD(kwFn, Fn, "fn") KEYWORD(kwLayer, Layer, "layer") KEYWORD(kwConnection, Connection, "connection")
KEYWORD(kwModel, Model, "model") KEYWORD(kwLet, Let, "let") KEYWORD(kwParam, Param, "param")
KEYWORD(kwStream, Stream, "stream") KEYWORD(kwCarry, Carry, "carry") KEYWORD(kwFor, For, "for") KEYWORD(kwIf, If, "if") KEYWORD(kwReturn, Return, "return")
KEYWORD(kwRead, Read, "read") KEYWORD(kwWrite, Write, "write") KEYWORD(kwObserve, Observe, "observe")
KEYWORD(kwAuxLoss, AuxLoss, "aux_loss") KEYWORD(kwUse, Use, "use") KEYWORD(kwWith, With, "with")
KEYWORD(kwFold, Fold, "fold") KEYWORD(kwEach, Each, "each") KEYWORD(kwElse, Else, "else")
QUIET(kwBy, By) QUIET(kwOver, Over) QUIET(maybeElse, Else)

auto contextual(std::string_view text, const char *what) { return skip(IsWord{text}, what); }

//===----------------------------------------------------------------------===//
// Axes, types, arguments
//===----------------------------------------------------------------------===//

const auto restName = dotdot[is<&AxisItem::rest, true>] > name[set<&AxisItem::name>];

const auto axisItem_def = ranged(named("an axis",
    restName | name[set<&AxisItem::name>] >> -(maybeColon > expr[set<&AxisItem::size>])));
const auto axisList_def = ranged(lbracket >> -(axisItem[set<&AxisList::items>] % comma) > rbracket);

// `t[lane: 0]`, `table[id]`; tried before it is known whether a renaming follows.
const auto indexItem_def = ranged(named("an index",
    restName
    | word(IsLabelStart{}, "a name")[set<&AxisItem::name>] >> maybeColon > expr[set<&AxisItem::size>]
    | expr[set<&AxisItem::size>]));
const auto indices_def = ranged(lbracketHere >> (indexItem[set<&AxisList::items>] % comma) > rbracket);

const auto fromItems = -(axisItem[set<&AxisArgs::from>] % comma);
const auto arrowItems = rarrow[is<&AxisArgs::arrow, true>] > (axisItem[set<&AxisArgs::to>] % comma);
const auto axisArgs_def = ranged(lbracketHere >> fromItems >> -arrowItems >> rbracket);
const auto renaming_def = ranged(&skip(IsRenamingBracket{{{Tok::LBracket}}}, nullptr) >> lbracketHere > fromItems > arrowItems > rbracket);

const auto type_def = ranged(named("a type",
    kwStream[is<&TypeExpr::kind, TypeExpr::Kind::Stream>] > axisList[set<&TypeExpr::axes>]
    | axisList[set<&TypeExpr::axes>]
    | contextual("id", "`id`")[is<&TypeExpr::kind, TypeExpr::Kind::Id>] > -(lbracket > name[set<&TypeExpr::idAxis>] > rbracket)
    | contextual("int", "`int`")[is<&TypeExpr::kind, TypeExpr::Kind::Int>]
    | contextual("real", "`real`")[is<&TypeExpr::kind, TypeExpr::Kind::Real>]
    | contextual("bool", "`bool`")[is<&TypeExpr::kind, TypeExpr::Kind::Bool>]));

const auto axisListExpr_def = ranged(x3::eps[kind<Expr::Kind::AxisList>] >> axisList[set<&Expr::index>]);
const auto formal_def = ranged(name[set<&Formal::name>] >> -(maybeColon > type[set<&Formal::type>])
    >> -(maybeAssign > (axisListExpr[set<&Formal::defaultValue>] | expr[set<&Formal::defaultValue>])));
const auto formals = lparen >> -(formal % comma) > rparen;

const auto argumentValue = axisList[set<&Argument::axes>] | expr[set<&Argument::value>];
const auto argument_def = ranged(named("an argument",
    word(IsNamedStart{}, "a name")[set<&Argument::name>] >> maybeAssign > argumentValue | argumentValue));
const auto arguments_def = ranged(lparenHere >> -(argument[set<&Arguments::items>] % comma) > rparen);
const auto grouped_def = ranged(lparen >> (argument[set<&Arguments::items>] % comma) > rparen);

const auto viewPart_def = ranged(name[set<&View::Part::kind>] >> -(lparenHere > expr[set<&View::Part::argument>] > rparen));
const auto view_def = ranged(kwOver > named("a view", (lparen >> (viewPart[set<&View::parts>] % comma) > rparen) | viewPart[set<&View::parts>]));

//===----------------------------------------------------------------------===//
// Expressions, tightest first
//===----------------------------------------------------------------------===//

constexpr auto setLeaf = [](auto &c) { *x3::_val(c) = makeLeaf(fileOf(c), x3::_attr(c)); };
const auto leaf_def = name[setLeaf] | number[setLeaf] | string[setLeaf];

const auto size_def = ranged(bar[kind<Expr::Kind::Size>] > -skip(IsKind{Tok::DotDot}, nullptr)[([](auto &c) { x3::_val(c)->rest = true; })] > name[set<&Expr::name>] >> -(dot > name[set<&Expr::member>]) > bar);

const auto parenthesised_def = grouped[([](auto &c) { *x3::_val(c) = makeParenthesised(x3::_attr(c).take()); })];

// `f(x)`, `softmax[depth](x)`, `noise.normal(0.1)`.
const auto call_def = ranged(x3::eps[kind<Expr::Kind::Call>] >> name[set<&Expr::name>]
    >> -(dot >> name[([](auto &c) {
          Expr &e = *x3::_val(c);
          e.name.text += "." + std::string(x3::_attr(c).text);
          e.name.range.end = x3::_attr(c).end;
        })])
    >> -(&skip(IsCallBracket{{{Tok::LBracket}}}, nullptr) > axisArgs[set<&Expr::axes>]) >> arguments[set<&Expr::arguments>]);

const auto blockExpr_def = ranged(block[set<&Expr::block>] >> x3::eps[kind<Expr::Kind::BlockExpr>]);

const auto ifExpr_def = level(ranged(kwIf[kind<Expr::Kind::If>] > expr[set<&Expr::operands>] > block[set<&Expr::block>]
    > kwElse > (block[set<&Expr::elseBlock>]
                | ifExpr[([](auto &c) {
                    auto inner = std::make_unique<Block>();
                    inner->range = x3::_attr(c)->range;
                    inner->value = own(x3::_attr(c).take());
                    x3::_val(c)->elseBlock = std::move(inner);
                  })])));

const auto foldCount_def = leaf[same] | size[same] | parenthesised[same];
const auto fold_def = ranged(kwFold[kind<Expr::Kind::Fold>] > foldCount[set<&Expr::operands>]
    > lparen > name[set<&Expr::name>] > assign > expr[set<&Expr::operands>] > rparen > block[set<&Expr::block>]);

const auto each_def = level(ranged(kwEach[kind<Expr::Kind::Each>] > axisArgs[set<&Expr::axes>] > postfix[set<&Expr::operands>]));

constexpr auto setLabelled = [](auto &c) {
  Box<Expr> target = x3::_attr(c);
  target->label = std::move(x3::_val(c)->label);
  x3::_val(c) = target;
};
// A label belongs to a call, a block or an `each`, tighter than any operator.
const auto labelled_def = ranged(word(IsLabelStart{}, "a name")[set<&Expr::label>] >> maybeColon
    > named("a call or a block", call[setLabelled] | blockExpr[setLabelled] | each[setLabelled]));

const auto primary_def = labelled[same] | call[same] | leaf[same] | size[same] | parenthesised[same]
    | blockExpr[same] | ifExpr[same] | fold[same] | each[same];

const auto postfix_def = primary[same] >> *(
    (dot[wrap<Expr::Kind::Member>] > name[([](auto &c) { set<&Expr::name>(c); close(c); })])
    | renaming[([](auto &c) { wrap<Expr::Kind::Index>(c); set<&Expr::axes>(c); close(c); })]
    | indices[([](auto &c) { wrap<Expr::Kind::Index>(c); set<&Expr::index>(c); close(c); })]);

// `-x^2` is -(x^2), `a^b^c` is a^(b^c), `a^-1` needs no parentheses.
const auto power_def = ranged(postfix[same] >> -(caret[([](auto &c) {
      wrap<Expr::Kind::Binary>(c);
      x3::_val(c)->text = "^";
    })] > operand[set<&Expr::operands>]));
const auto unary_def = ranged(word(IsSign{}, nullptr)[set<&Expr::text>] >> x3::eps[kind<Expr::Kind::Unary>] > operand[set<&Expr::operands>]);
const auto operand_def = level(named("an expression", unary[same] | power[same]));

const auto addOperand = [](auto &c) { x3::_val(c)->operands.push_back(x3::_attr(c).take()); };
constexpr auto addOperator = [](auto &c) {
  raise(c);
  set<&Chain::operators>(c);
};
const auto chain_def = chained(ranged(operand[addOperand] >> *(word(IsBinary{}, nullptr)[addOperator] > operand[addOperand])));
const auto expr_def = chain[([](auto &c) { *x3::_val(c) = groupChain(x3::_attr(c).take()); })];

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

const auto block_def = ranged(    lbrace >> *(!rbrace >> !x3::eoi >> !skip(StartsNextDecl{}, nullptr) >> statement[set<&Items::statements>]) > rbrace);

const auto byStmt = kwBy > name[set<&Stmt::with>] >> -arguments[set<&Stmt::withArguments>];
const auto overStmt = view[set<&Stmt::view>];

const auto readAlone_def = ranged(word(IsReadStart{}, "a name")[set<&Expr::name>] >> x3::eps[kind<Expr::Kind::Read>]
    >> -(kwBy > name[set<&Expr::by>] >> -arguments[set<&Expr::arguments>]) >> -view[set<&Expr::view>]);
const auto letStmt_def = ranged(kwLet[stmt<Stmt::Kind::Let>] > name[set<&Stmt::name>] > assign
    > (readAlone[set<&Stmt::value>] | expr[set<&Stmt::value>]));

const auto paramOption =
    contextual("decay", nullptr) >> (contextual("on", "`on`")[is<&Stmt::decay, true>] | contextual("off", "`off`"))
    | contextual("lr", nullptr) >> &skip(IsScalarStart{}, nullptr) > foldCount[set<&Stmt::lr>]
    | contextual("in", nullptr) > name[set<&Stmt::group>];
const auto paramStmt_def = ranged(kwParam[stmt<Stmt::Kind::Param>] > name[set<&Stmt::name>] > colon > type[set<&Stmt::type>] > assign
    > ((contextual("init", nullptr)[is<&Stmt::initFromParameters, true>] >> expr[set<&Stmt::value>]) | expr[set<&Stmt::value>])
    >> -(paramOption % skip(IsKind{Tok::Comma}, nullptr)));

const auto carryStmt_def = ranged(kwCarry[stmt<Stmt::Kind::Carry>] > name[set<&Stmt::name>] > colon > type[set<&Stmt::type>] > assign
    > expr[set<&Stmt::value>]);

const auto streamStmt_def = ranged(kwStream[stmt<Stmt::Kind::Stream>] > name[set<&Stmt::name>] > colon > type[set<&Stmt::type>] > assign
    > (contextual("empty", nullptr)[is<&Stmt::empty, true>] | expr[set<&Stmt::value>])
    > kwWith > -contextual("shared", nullptr)[is<&Stmt::shared, true>] > name[set<&Stmt::with>]
    >> -arguments[set<&Stmt::withArguments>] >> -overStmt);

const auto siteStmt_def = ranged(word(IsSiteStart{}, "a name")[set<&Stmt::name>] >> x3::eps[stmt<Stmt::Kind::Site>]
    >> -byStmt >> -overStmt > larrow > expr[set<&Stmt::value>]);

const auto forStmt_def = ranged(kwFor[stmt<Stmt::Kind::For>] > name[set<&Stmt::name>] > contextual("in", "`in`")
    > expr[set<&Stmt::from>] > dotdot > expr[set<&Stmt::to>] > block[set<&Stmt::body>]);

const auto elseBranch_def = level(ranged(ifStmt[set<&Items::statements>]));
const auto ifStmt_def = ranged(kwIf[stmt<Stmt::Kind::If>] > expr[set<&Stmt::value>] > block[set<&Stmt::body>]
    >> -(maybeElse > (block[set<&Stmt::elseBody>] | elseBranch[set<&Stmt::elseBody>])));

const auto valueStmt_def = ranged(    kwReturn[stmt<Stmt::Kind::Return>] > expr[set<&Stmt::value>]
    | kwRead[stmt<Stmt::Kind::Read>] > expr[set<&Stmt::value>]
    | kwAuxLoss[stmt<Stmt::Kind::AuxLoss>] > expr[set<&Stmt::value>]);
const auto observeStmt_def = ranged(kwObserve[stmt<Stmt::Kind::Observe>] > expr[set<&Stmt::value>]
    > contextual("as", "`as`") > name[set<&Stmt::name>]);

const auto writeField_def = ranged(-(word(IsNamedStart{}, nullptr)[set<&WriteField::field>] >> maybeAssign)
    >> -contextual("append", nullptr)[is<&WriteField::append, true>] >> expr[set<&WriteField::value>]);
const auto writeStmt_def = ranged(kwWrite[stmt<Stmt::Kind::Write>] > lparen > name[set<&Stmt::writeValue>]
    > -(maybeColon > type[set<&Stmt::type>]) > rparen > (writeField[set<&Stmt::fields>] % skip(IsKind{Tok::Comma}, nullptr)));

const auto useStmt_def = ranged(kwUse[stmt<Stmt::Kind::Use>] > name[set<&Stmt::name>] > assign > expr[set<&Stmt::value>]);

template <auto Labels, auto Size> auto axisBody() {
  return (lparen >> (name[set<Labels>] % comma) > rparen) | expr[set<Size>];
}
const auto axisStmt_def = ranged(kwAxis[stmt<Stmt::Kind::Axis>] > name[set<&Stmt::name>] > assign > axisBody<&Stmt::labels, &Stmt::value>());

const auto exprStmt_def = ranged(expr[set<&Stmt::value>] >> x3::eps[stmt<Stmt::Kind::ExprStmt>]);

const auto statement_def = x3::eps > level(named("a statement",
    letStmt[same] | siteStmt[same] | paramStmt[same] | carryStmt[same] | streamStmt[same] | forStmt[same] | ifStmt[same] | valueStmt[same]
    | observeStmt[same] | writeStmt[same] | useStmt[same] | axisStmt[same] | exprStmt[same]));

//===----------------------------------------------------------------------===//
// Declarations
//===----------------------------------------------------------------------===//

const auto configItem_def = ranged(name[set<&ConfigItem::name>] > assign > expr[set<&ConfigItem::value>]);

// A body `= e` is a block with only a value.
const auto expressionBody = maybeAssign > expr[([](auto &c) {
    Decl &d = *x3::_val(c);
    d.body = std::make_unique<Block>();
    d.body->range = x3::_attr(c)->range;
    d.body->value = own(x3::_attr(c).take());
    d.expressionBody = true;
  })];
// `..a` stands for any number of axes; its name keeps the dots.
const auto axisVariable = name[set<&Decl::axisVariables>] | dotdot > name[([](auto &c) {
    Name variable = makeName(fileOf(c), x3::_attr(c));
    variable.text = ".." + variable.text;
    variable.range.begin -= 2;
    x3::_val(c)->axisVariables.push_back(variable);
  })];
const auto signature = name[set<&Decl::name>] > -(lbracketHere > (axisVariable % comma) > rbracket)
    > lparen > -(formal[set<&Decl::formals>] % comma) > rparen > -(rarrow > type[set<&Decl::result>]);
const auto blockBody = block[set<&Decl::body>];

const auto declaration_def = ranged(x3::eps > named("a declaration",
    kwImport[decl<Decl::Kind::Import>] > string[([](auto &c) {
      std::string_view text = x3::_attr(c).text;
      x3::_val(c)->path = text.substr(1, text.size() - 2);
    })]
    | kwConfig[decl<Decl::Kind::Config>] > lbrace > *configItem[set<&Decl::config>] > rbrace
    | kwAxis[decl<Decl::Kind::Axis>] > name[set<&Decl::name>] > assign > axisBody<&Decl::labels, &Decl::size>()
    | kwFn[decl<Decl::Kind::Fn>] > signature > (expressionBody | blockBody)
    | kwLayer[decl<Decl::Kind::Layer>] > signature > blockBody
    | kwConnection[decl<Decl::Kind::Connection>] > signature > blockBody
    | kwModel[decl<Decl::Kind::Model>] > signature > blockBody));

const auto program_def = *(!x3::eoi >> declaration[set<&File::decls>]);
BOOST_SPIRIT_DEFINE(axisItem, indexItem, axisList, indices, axisArgs, renaming, argument, arguments, grouped, viewPart, view, type)
BOOST_SPIRIT_DEFINE(formal, block, elseBranch, leaf, size, parenthesised, call, blockExpr, ifExpr, fold, each, labelled)
BOOST_SPIRIT_DEFINE(primary, postfix, power, unary, operand, expr, foldCount, readAlone, axisListExpr, chain, letStmt, paramStmt)
BOOST_SPIRIT_DEFINE(carryStmt, streamStmt, siteStmt, forStmt, ifStmt, valueStmt, observeStmt, writeStmt, useStmt, axisStmt, exprStmt, writeField, configItem)
BOOST_SPIRIT_DEFINE(program, statement, declaration)
// clang-format on

} // namespace

std::optional<ast::File> parse(const SourceManager &sources, uint32_t file, DiagnosticEngine &diagnostics) {
  size_t before = diagnostics.all().size();
  Tokens tokens = tokenize(sources, file, diagnostics);
  State state{file, diagnostics, tokens.tokens.data()};
  Cursor first{tokens.tokens.data(), &state};
  Cursor last{tokens.tokens.data() + tokens.tokens.size() - 1, &state};
  Box<File> result;
  try {
    x3::parse(first, last, program, result);
  } catch (const TooDeep &deep) {
    diagnostics.report(Diag::TooNested, {file, deep.at->begin, deep.at->end}, {std::to_string(deep.limit)});
  }
  if (diagnostics.all().size() != before)
    return std::nullopt;
  result->file = file;
  result->comments = std::move(tokens.comments);
  attachDocs(*result, sources);
  return result.take();
}

} // namespace braid
