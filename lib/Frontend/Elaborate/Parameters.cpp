//===- Parameters.cpp - trained tensors and their paths -------------------===//

#include "Elaborator.h"

using namespace mlir;

namespace braid::elab {

/// `param w: [dim] = init  decay on, lr 0.5, in group`.
void Elaborator::execParam(Frame &f, const ast::Stmt &s) {
  Axes axes;
  ParamOptions options;
  options.decay = s.decay;
  options.initRange = s.value->range;
  bool ok = !s.type || evalAxes(f, s.type->axes, axes);
  if (s.type && s.type->kind != ast::TypeExpr::Kind::Axes)
    ok = (error(Diag::WrongElement, s.type->range, {"a parameter", "real numbers", sourceText(s.type->range)}), false);
  if (s.lr) {
    Val lr = number(f, *s.lr, "the factor on the learning rate");
    if (lr.isNumber())
      options.lr = lr.number;
  }
  if (s.group)
    options.group = s.group->text;
  if (!ok) {
    f.bind(s.name.text, Val::poison());
    return;
  }
  Restore<bool> from(initFromParameters, s.initFromParameters);
  Val v = parameter(f, s.name.text, s.name.range, axes, options, [&] { return eval(f, *s.value); });
  f.bind(s.name.text, v);
}

/// The places of the calls from the model down to a parameter.
std::vector<Range> Elaborator::callChain(Frame &f, Range range) {
  std::vector<Range> chain{range};
  for (Frame *g = &f; g; g = g->caller)
    if (g->called)
      chain.push_back(g->callRange);
  std::reverse(chain.begin(), chain.end());
  return chain;
}

static bool sameRange(Range a, Range b) { return a.file == b.file && a.begin == b.begin && a.end == b.end; }

/// `name: linear(…)` for `linear(x, [head])`, or for `q: linear(x, [head])`.
static std::string labelled(StringRef call) {
  if (size_t sign = call.find_first_of("[(:"); sign != StringRef::npos && call[sign] == ':')
    call = call.drop_front(sign + 1).ltrim();
  return "`name: " + call.take_until([](char c) { return c == '[' || c == '('; }).str() + "(…)`";
}

/// Points at the first calls in which the two instances differ: one of them needs a label. Of a call in the
/// arguments of the other it is the inner one, since a statement goes by its outermost call.
void Elaborator::duplicatePath(Diag which, const std::string &path, ArrayRef<Range> other, ArrayRef<Range> chain) {
  size_t i = 0;
  while (i + 1 < chain.size() && i + 1 < other.size() && sameRange(chain[i], other[i]))
    ++i;
  if (sameRange(chain[i], other[i]) && chain.size() == other.size()) {
    // The same call again, where no step has a name.
    while (i > 0 && libraryFiles.contains(chain[i].file))
      --i;
    error(which, chain[i], {path}).hint =
        "the steps of `fold` have no names: `use` before it makes one instance for all of them";
    return;
  }
  Range here = chain[i], there = other[i];
  bool nested = inside(there, here);
  if (nested || libraryFiles.contains(here.file))
    std::swap(here, there);
  std::string text = sourceText(here, 200);
  Diagnostic &d = error(which, here, {path});
  d.hint = text.find('(') == std::string::npos ? "give one of them another name"
                                               : (nested ? "label this one: " : "label one of them: ") + labelled(text);
  d.notes.push_back({there, nested ? "the other is made in this call" : "the first is made here"});
}

Val Elaborator::parameter(Frame &f, StringRef name, Range range, ArrayRef<AxisAttr> axes, const ParamOptions &options,
                          llvm::function_ref<Val()> init) {
  std::string path = f.path + (f.path.empty() ? "" : ".") + name.str();
  std::vector<Range> chain = callChain(f, range);
  if (!checkNumbers(axes, range, "parameter `" + path + "`"))
    return Val::poison();
  auto [it, fresh] = parameters.try_emplace(path);
  ParamInfo &info = it->second;
  auto type = lang::ValueType::get(&context, lang::Kind::Static, axes);
  if (f.unnamed) {
    Diagnostic &d = error(Diag::UnlabelledSite, f.unnamed->value->range, {f.unnamed->name.text, path});
    d.hint = "label it: `" + f.unnamed->name.text + " <- name: { … }`";
    d.notes.push_back({range, "the parameter"});
    if (!fresh)
      return Val::poison();
  }
  if (!fresh) {
    if (info.shared && info.shared == f.shared && info.call != f.sharedCall) {
      // Another call of the same instance. Its own axes are new ones of the same sizes.
      bool sizes = info.axes.size() == axes.size();
      Axes from, to;
      for (size_t i = 0; sizes && i < axes.size(); ++i) {
        sizes = info.axes[i].getSize() == axes[i].getSize();
        if (info.axes[i] != axes[i]) {
          from.push_back(info.axes[i]);
          to.push_back(axes[i]);
        }
      }
      if (!sizes) {
        error(Diag::SharedShape, range, {path, showSizes(axes), showSizes(info.axes)});
        return Val::poison();
      }
      return rename(Val::of(info.value), from, to, range);
    }
    duplicatePath(Diag::DuplicatePath, path, info.chain, chain);
    return Val::of(info.value && sameAxes(info.axes, axes) ? info.value : Value());
  }
  if (path == "loss" || path == "logits")
    error(Diag::ReservedPath, range, {path});
  info.range = range;
  info.axes.assign(axes.begin(), axes.end());
  info.shared = f.shared;
  info.call = f.sharedCall;
  info.chain = std::move(chain);

  Range initRange = options.initRange.value_or(range);
  builder.setInsertionPoint(function->getParentOp());
  auto op = builder.create<lang::ParameterOp>(loc(range), path, type, options.decay,
                                              options.lr ? builder.getF64FloatAttr(*options.lr) : FloatAttr(),
                                              options.group ? builder.getStringAttr(*options.group) : StringAttr());
  if (trial)
    trial->push_back(op);
  noteMadeAt(useOf(f), op);
  Block &block = op.getInit().emplaceBlock();
  {
    // The initial value is made in a world of its own.
    Restore<Block *> inBlock(base, &block);
    Restore<const Axes *> inAxes(initAxes, &info.axes);
    Restore<StringRef> inPath(initPath, it->getKey());
    Restore<unsigned> draws(initDraws, 0);
    Restore<unsigned> connection(connectionDepth, 0);
    SmallVector<AxisAttr> noneHidden;
    std::swap(hidden, noneHidden);
    Val v = init();
    if (v.kind == Val::Kind::Deferred)
      v = initialiser(*v.frame, *v.expr, initPath);
    checkData(v, initRange);
    v = toReal(v, range);
    if (v.isData()) {
      for (AxisAttr axis : axesOf(v))
        if (v.isData() && !llvm::is_contained(axes, axis)) {
          error(Diag::InitialiserAxes, initRange, {name.str(), show(axes), show(axesOf(v))});
          v = Val::poison();
        }
    }
    if (v.isData()) {
      if (v.kind == Val::Kind::Number && axes.empty())
        v = Val::of(constant(base, v.number));
      else if (v.isNumber()) {
        builder.setInsertionPointToEnd(base);
        v = Val::of(builder.create<lang::ConstantOp>(loc(range), type, builder.getF64FloatAttr(v.number)).getResult());
      } else {
        v = sameAxes(axesOf(v), axes) ? transpose(v, axes, range) : broadcast(v, axes, range, lang::Kind::Static);
      }
    }
    Value value = v.isData() ? outside(v, initRange) : Value();
    if (!value) {
      builder.setInsertionPointToEnd(base);
      value = builder.create<lang::ConstantOp>(loc(range), type, builder.getF64FloatAttr(0));
    }
    builder.setInsertionPointToEnd(base);
    builder.create<lang::YieldOp>(loc(range), value);
    std::swap(hidden, noneHidden);
  }
  builder.setInsertionPointToEnd(function);
  Value value = builder.create<lang::ParamOp>(loc(range), type, it->getKey());
  info.value = value;
  return Val::of(value);
}

} // namespace braid::elab
