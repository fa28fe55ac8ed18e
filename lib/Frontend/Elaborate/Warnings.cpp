//===- Warnings.cpp - programs that probably do not mean what was meant ---===//
//
// Warnings that follow from what was elaborated: writes and parameters on which no
// output depends, sums that a connection makes once more, settings that nothing looks
// at. A place gets one warning, however often a loop or a call comes by it.
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace braid::elab {

using Values = llvm::SetVector<Value>;

/// The terms of a sum, each once; `whole` is not looked into.
static Values termsOf(Value sum, Value whole) {
  Values seen, terms;
  seen.insert(sum);
  for (size_t i = 0; i < seen.size(); ++i) {
    auto map = seen[i] == whole ? lang::MapOp() : seen[i].getDefiningOp<lang::MapOp>();
    if (map && map.getFn() == lang::Fn::Add)
      seen.insert(map.getOperands().begin(), map.getOperands().end());
    else if (map && map.getFn() == lang::Fn::Sub)
      seen.insert(map.getOperand(0));
    else
      terms.insert(seen[i]);
  }
  return terms;
}

static bool isMultipleOf(Value product, Value factor) {
  Values seen;
  seen.insert(product);
  for (size_t i = 0; i < seen.size(); ++i) {
    if (seen[i] == factor)
      return true;
    if (auto map = seen[i].getDefiningOp<lang::MapOp>(); map && map.getFn() == lang::Fn::Mul)
      seen.insert(map.getOperands().begin(), map.getOperands().end());
  }
  return false;
}

/// The connection's write is what was read plus (a multiple of) `y`, which is a sum with what was read in it.
void Elaborator::noteSum(const ConnectionUse &use, const Val &y, const Val &written, Range range) {
  auto isTensor = [](const Val &v) { return v.kind == Val::Kind::Tensor; };
  if (!use.reads || !isTensor(use.read) || !isTensor(y) || !isTensor(written))
    return;
  Values inY = termsOf(y.tensor, {}), inWritten = termsOf(written.tensor, y.tensor);
  if (inY.contains(use.read.tensor) && inWritten.contains(use.read.tensor) &&
      llvm::any_of(inWritten, [&](Value term) { return isMultipleOf(term, y.tensor); }))
    sums.push_back({range, use.stream->name.str(), use.decl->name.text});
}

/// The value as it is in the state: one of its own, so that its readers can be told from those of what was written.
Value Elaborator::writtenValue(Value value, Range range) {
  if (value.getDefiningOp<lang::ConstantOp>())
    return value;
  builder.setInsertionPointToEnd(function);
  auto mark = builder.create<UnrealizedConversionCastOp>(loc(range), value.getType(), value);
  writes.back().values.push_back(mark);
  return mark.getResult(0);
}

/// Takes the marks of written values out of the function; those that nothing needs have gone before.
void Elaborator::takeOutWrites() {
  llvm::DenseSet<Operation *> live;
  for (Operation &op : llvm::make_early_inc_range(*function))
    if (auto mark = dyn_cast<UnrealizedConversionCastOp>(op)) {
      live.insert(mark);
      mark.getResult(0).replaceAllUsesWith(mark.getOperand(0));
      mark.erase();
    }
  for (Write &write : writes)
    write.needed =
        write.values.empty() || llvm::any_of(write.values, [&](Operation *mark) { return live.contains(mark); });
}

void Elaborator::warnOfWrites() {
  struct Place {
    const Write *write;
    bool needed = false;
    unsigned times = 0;
  };
  llvm::MapVector<std::pair<uint32_t, uint32_t>, Place> places;
  for (const Write &write : writes) {
    Place &place = places[{write.use->range.file, write.use->range.begin}];
    place.write = &write;
    place.needed |= write.needed;
    ++place.times;
  }
  for (auto &[key, place] : places) {
    const ConnectionUse &use = *place.write->use;
    // A loop of one step says nothing of the others that it is there for, and of a stream that is never read
    // enough has been said.
    if (place.needed || (place.write->inLoop && place.times == 1) ||
        llvm::any_of(warned, [&](Range range) { return inside(use.stream->range, range); }))
      continue;
    warning(Diag::UnreadWrite, use.range, {use.stream->name.str()});
    warned.push_back({use.range.file, use.range.begin, place.write->range.end});
  }
}

void Elaborator::warnOfParameters() {
  llvm::StringSet<> used;
  module->walk([&](lang::ParamOp param) { used.insert(param.getParameter()); });
  struct Place {
    Range range;
    std::string path;
    unsigned others = 0;
  };
  llvm::MapVector<std::pair<uint32_t, uint32_t>, Place> places;
  for (auto parameter : module->getOps<lang::ParameterOp>()) {
    auto info = parameters.find(parameter.getSymName());
    if (used.contains(parameter.getSymName()) || info == parameters.end())
      continue;
    ArrayRef<Range> chain = info->second.chain;
    auto inWarned = [&](Range call) { return llvm::any_of(warned, [&](Range whole) { return inside(call, whole); }); };
    if (llvm::any_of(chain, inWarned))
      continue;
    // The call of the library, where the declaration is the library's.
    while (chain.size() > 1 && libraryFiles.contains(chain.back().file))
      chain = chain.drop_back();
    Range range = chain.back();
    auto [it, fresh] = places.insert({{range.file, range.begin}, {range, parameter.getSymName().str()}});
    it->second.others += !fresh;
  }
  for (auto &[key, place] : places)
    warning(Diag::UnusedParameter, place.range,
            {place.path, place.others ? ", nor on " + std::to_string(place.others) + " more made here" : ""});
}

/// A config value by its name; notes who looks at it.
const Val *Elaborator::findConfig(StringRef name) {
  auto it = globals.find(name);
  if (it == globals.end())
    return nullptr;
  if (configValue.empty())
    configUsed.insert(&it->second);
  else
    configUses[configValue].push_back(name.str());
  return &it->second;
}

/// A config value counts for what is computed from it.
void Elaborator::warnOfSettings() {
  SmallVector<std::string> work;
  for (auto &entry : globals)
    if (configUsed.contains(&entry.getValue()))
      work.push_back(entry.getKey().str());
  llvm::StringSet<> used;
  while (!work.empty()) {
    std::string name = work.pop_back_val();
    if (used.insert(name).second)
      work.append(configUses[name]);
  }
  for (const auto &[name, text] : options.overrides)
    if (!used.contains(name))
      warning(Diag::IdleSetting, configRanges.lookup(name), {name});
}

void Elaborator::warn() {
  warnOfNames();
  for (const Sum &sum : sums)
    warning(Diag::AddedTwice, sum.range, {sum.stream, sum.connection});
  warnOfWrites();
  warnOfParameters();
  warnOfSettings();
}

} // namespace braid::elab
