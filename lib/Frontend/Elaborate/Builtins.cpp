//===- Builtins.cpp - functions that need no library ----------------------===//

#include "Elaborator.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;

namespace braid::elab {

using ast::Expr;

const llvm::StringMap<Elaborator::Builtin> &Elaborator::builtins() {
  static const llvm::StringMap<Builtin> table = [] {
    llvm::StringMap<Builtin> t;
    // Functions of one operand; `-` and `!` are operators.
    for (uint32_t i = 0; i < lang::getMaxEnumValForFn(); ++i)
      if (std::optional<lang::Fn> fn = lang::symbolizeFn(i);
          fn && lang::arity(*fn) == 1 && *fn != lang::Fn::Neg && *fn != lang::Fn::Not)
        t[lang::stringifyFn(*fn)] = {&Elaborator::callElementwise, /*takesAxes=*/false};
    for (StringRef name : {"sum", "max", "min"})
      t[name] = {&Elaborator::callReduce};
    for (StringRef name : {"normal", "uniform", "onehot", "eye", "noise.normal"})
      t[name] = {&Elaborator::callDeferred};
    t["where"] = {&Elaborator::callWhere, /*takesAxes=*/false};
    t["detach"] = {&Elaborator::callDetach, /*takesAxes=*/false};
    t["dot"] = {&Elaborator::callDot};
    t["outer"] = {&Elaborator::callOuter, /*takesAxes=*/false};
    t["linear"] = t["affine"] = {&Elaborator::callLinear};
    t["split"] = {&Elaborator::callSplit};
    t["join"] = {&Elaborator::callJoin};
    t["concat"] = {&Elaborator::callConcat};
    t["spread"] = {&Elaborator::callSpread};
    t["attend"] = {&Elaborator::callAttend};
    t["dropout"] = {&Elaborator::callDropout, /*takesAxes=*/false};
    return t;
  }();
  return table;
}

StringRef Elaborator::builtinValue(StringRef name) {
  return llvm::StringSwitch<StringRef>(name)
      .Case("position", "the token's position in its sequence")
      .Case("zeros", "0 with the axes wanted of it")
      .Case("ones", "1 with the axes wanted of it")
      .Case("eye", "the identity from one axis to another")
      .Case("index", "0, 1, 2, … along an axis")
      .Case("site", "the number of writes so far")
      .Case("sites", "the number of all writes to a stream")
      .Cases("true", "false", "a truth value")
      .Case("none", "what stands for an argument that is not given")
      .Default("");
}

void Elaborator::refuseBuiltin(const ast::Name &name, StringRef kind) {
  if (StringRef what = builtinValue(name.text); !what.empty())
    error(Diag::BuiltinName, name.range, {kind.str(), name.text, what.str()});
}

/// Evaluates the arguments of a built-in into the order of `names`; those not
/// given are `none`.
bool Elaborator::collect(Frame &f, const Expr &e, ArrayRef<StringRef> names, unsigned required,
                         SmallVectorImpl<Val> &out, SmallVectorImpl<Range> *ranges) {
  SmallVector<Slot> slots;
  Callable *callable = instance;
  StringRef callee = callable ? callable->builtin : StringRef(e.name.text);
  // The arguments may call other built-ins; these are not of this instance.
  Restore<Callable *> none(instance, nullptr);
  bool ok = fillSlots(names, callable ? callable->bound : nullptr, e.arguments, callee, e.name.range, slots);
  for (auto [i, slot] : llvm::enumerate(slots)) {
    Val v = slot.bound ? slot.bound->value : slot.argument ? evalArgument(f, *slot.argument, false) : Val::none();
    Range range = slot.argument ? (slot.argument->value ? slot.argument->value->range : slot.argument->range) : e.range;
    if (i < required && !slot.bound && !slot.argument) {
      error(Diag::MissingArgument, e.name.range, {callee.str(), names[i].str()});
      ok = false;
    }
    out.push_back(v);
    if (ranges)
      ranges->push_back(range);
    ok &= !v.isPoison();
  }
  return ok;
}

Val Elaborator::callElementwise(Frame &f, const Expr &e) {
  SmallVector<Val> args;
  SmallVector<Range> ranges;
  if (!collect(f, e, {"x"}, 1, args, &ranges) || !checkData(args[0], ranges[0]))
    return Val::poison();
  return map(*lang::symbolizeFn(e.name.text), {args[0]}, e.range);
}

/// `sum[a](x)`; `max` and `min` without axes are elementwise.
Val Elaborator::callReduce(Frame &f, const Expr &e) {
  StringRef name = e.name.text;
  SmallVector<Val> args;
  SmallVector<Range> ranges;
  if (!e.axes && name != "sum") {
    if (!collect(f, e, {"a", "b"}, 2, args, &ranges) || !checkData(args[0], ranges[0]) ||
        !checkData(args[1], ranges[1]))
      return Val::poison();
    return map(name == "max" ? lang::Fn::Max : lang::Fn::Min, args, e.range);
  }
  if (!collect(f, e, {"x"}, 1, args, &ranges) || !checkData(args[0], ranges[0]))
    return Val::poison();
  if (!e.axes) {
    error(Diag::NeedsAxes, e.name.range, {name.str()}).hint = "`" + name.str() + "[axis](…)`";
    return Val::poison();
  }
  Axes axes;
  if (!operandAxes(f, e.axes->from, args, ranges, name, axes))
    return Val::poison();
  return reduce(name == "sum"   ? lang::ReduceKind::Sum
                : name == "max" ? lang::ReduceKind::Max
                                : lang::ReduceKind::Min,
                args[0], axes, e.range);
}

Val Elaborator::callWhere(Frame &f, const Expr &e) {
  SmallVector<Val> args;
  SmallVector<Range> ranges;
  if (!collect(f, e, {"condition", "a", "b"}, 3, args, &ranges))
    return Val::poison();
  for (unsigned i = 0; i < 3; ++i)
    if (!checkData(args[i], ranges[i]))
      return Val::poison();
  if (args[0].isNumber() && args[0].isBool)
    return args[0].number ? args[1] : args[2];
  return map(lang::Fn::Select, args, e.range);
}

Val Elaborator::detach(const Val &v, Range range) {
  SmallVector<Value, 1> in;
  if (v.isNumber())
    return v;
  if (!prepare({v}, in, range))
    return Val::poison();
  return Val::of(builder.create<lang::DetachOp>(loc(range), in[0].getType(), in[0]).getResult(), v.idAxis);
}

Val Elaborator::callDetach(Frame &f, const Expr &e) {
  SmallVector<Val> args;
  SmallVector<Range> ranges;
  if (!collect(f, e, {"x"}, 1, args, &ranges) || !checkData(args[0], ranges[0]))
    return Val::poison();
  return detach(args[0], e.range);
}

} // namespace braid::elab
