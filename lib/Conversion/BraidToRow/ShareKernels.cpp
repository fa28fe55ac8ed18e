//===- ShareKernels.cpp - one kernel for many sites -----------------------===//
//
// Two kernels are the same if their ops, attributes and types are, once axes are numbered
// in the order in which they appear and sizes are left out; except for sizes that the
// code depends on (of axes that are split, joined or cut to a constant length).
//
//===----------------------------------------------------------------------===//

#include "braid/Conversion/BraidToRow.h"
#include "braid/Conversion/Launches.h"
#include "dialects/Host/IR/Host.h"
#include "dialects/Row/IR/Row.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace braid;
using namespace braid::row;

namespace braid {
#define GEN_PASS_DEF_SHAREKERNELS
#include "lib/Conversion/Passes.h.inc"

namespace convert {
namespace {

bool namesAxes(StringRef attribute) {
  return attribute == "axis" || attribute == "axes" || attribute == "as" || attribute == "from";
}

/// Text that is equal for kernels that may be one, and the axes behind the numbers in it.
class Signature {
public:
  explicit Signature(KernelOp kernel) : out(text) {
    for (Operation &op : kernel.getBody().front())
      pin(&op);
    for (BlockArgument a : kernel.getBody().getArguments())
      if (auto list = dyn_cast<ListType>(a.getType()); list && kernel.fixedLength(list.getAxis()) >= 0)
        pinned.insert(list.getAxis());
    out << stringifySpace(kernel.getSpace());
    for (BlockArgument a : kernel.getBody().getArguments()) {
      values[a] = values.size();
      print(a.getType());
    }
    for (Operation &op : kernel.getBody().front())
      print(op);
  }

  std::string text;
  llvm::SmallVector<StringRef> axes; ///< by number
  llvm::SmallVector<int64_t> sizes;  ///< by number; -1: already an argument

private:
  void pinAll(ArrayRef<AxisAttr> axes, ArrayRef<AxisAttr> but) {
    for (AxisAttr axis : axes)
      if (!llvm::is_contained(but, axis))
        pinned.insert(axis.getName());
  }

  /// Sizes that the op's meaning depends on.
  void pin(Operation *op) {
    if (auto view = dyn_cast<row::ViewOp>(op)) {
      ArrayRef<AxisAttr> from = typeOf(view.getInput()).getAxes(), to = typeOf(view.getResult()).getAxes();
      bool renamed = from.size() == to.size();
      for (auto [f, t] : llvm::zip(from, to))
        renamed &= f.getSize() == t.getSize();
      if (renamed)
        return renames.emplace_back(from, to), void();
      pinAll(from, to);
      pinAll(to, from);
    } else if (isa<SliceOp, PadOp, ConcatOp>(op)) {
      for (Value operand : op->getOperands()) {
        pinAll(typeOf(operand).getAxes(), typeOf(op->getResult(0)).getAxes());
        pinAll(typeOf(op->getResult(0)).getAxes(), typeOf(operand).getAxes());
      }
    }
  }

  unsigned number(AxisAttr axis) {
    auto [it, fresh] = numbers.try_emplace(axis.getName(), axes.size());
    if (fresh) {
      axes.push_back(it->first());
      sizes.push_back(axis.getSize());
    }
    return it->second;
  }
  void print(AxisAttr axis) {
    out << number(axis);
    bool renamed = llvm::any_of(
        renames, [&](auto &r) { return llvm::is_contained(r.first, axis) || llvm::is_contained(r.second, axis); });
    if (axis.isDynamic())
      out << '?';
    else if (renamed || pinned.contains(axis.getName()))
      out << ':' << axis.getSize();
    out << ' ';
  }
  void print(ArrayRef<AxisAttr> list) {
    for (AxisAttr axis : list)
      print(axis);
  }
  void print(Type type) {
    if (auto value = dyn_cast<row::ValueType>(type)) {
      out << "v" << stringifyElement(value.getElement());
      print(value.getAxes());
    } else if (auto buffer = dyn_cast<BufferType>(type)) {
      out << (buffer.getPerRow() ? "rows" : "shared") << buffer.getParts() << stringifyStorage(buffer.getStorage());
      print(buffer.getAxes());
    } else if (auto list = dyn_cast<ListType>(type)) {
      out << "list" << stringifyStorage(list.getStorage());
      print(AxisAttr::get(type.getContext(), list.getAxis(), -1));
      print(list.getAxes());
    }
    out << ';';
  }
  void print(Operation &op) {
    out << op.getName().stripDialect() << '(';
    for (Value operand : op.getOperands())
      out << values.lookup(operand) << ',';
    out << ')';
    for (NamedAttribute attr : op.getAttrs()) {
      if (!namesAxes(attr.getName())) {
        out << attr.getName().getValue() << '=' << attr.getValue();
        continue;
      }
      auto name = [&](Attribute a) {
        auto it = numbers.find(cast<StringAttr>(a).getValue());
        out << (it == numbers.end() ? -1 : int(it->second)) << ' ';
      };
      out << attr.getName().getValue() << '=';
      if (auto array = dyn_cast<ArrayAttr>(attr.getValue()))
        llvm::for_each(array, name);
      else
        name(attr.getValue());
    }
    for (Value result : op.getResults()) {
      values[result] = values.size();
      print(result.getType());
    }
    out << '\n';
  }

  llvm::raw_string_ostream out;
  llvm::StringMap<unsigned> numbers;
  llvm::StringSet<> pinned;
  llvm::SmallVector<std::pair<ArrayRef<AxisAttr>, ArrayRef<AxisAttr>>> renames;
  llvm::DenseMap<Value, unsigned> values;
};

Type withDynamic(Type type, const llvm::StringSet<> &names) {
  auto change = [&](ArrayRef<AxisAttr> axes) {
    SmallVector<AxisAttr> result;
    for (AxisAttr a : axes)
      result.push_back(names.contains(a.getName()) ? AxisAttr::get(a.getContext(), a.getName(), -1) : a);
    return result;
  };
  if (auto value = dyn_cast<row::ValueType>(type))
    return row::ValueType::get(type.getContext(), change(value.getAxes()), value.getElement());
  if (auto buffer = dyn_cast<BufferType>(type))
    return BufferType::get(type.getContext(), buffer.getPerRow(), change(buffer.getAxes()), buffer.getStorage(),
                           buffer.getParts());
  if (auto list = dyn_cast<ListType>(type))
    return ListType::get(type.getContext(), list.getAxis(), change(list.getAxes()), list.getStorage());
  return type;
}

struct Site {
  KernelOp kernel;
  host::LaunchOp launch;
  SmallVector<StringRef> axes;
  SmallVector<int64_t> sizes;

  /// Size of an axis at this site: constant in the kernel or given by the launch.
  int64_t sizeOf(unsigned number) {
    if (sizes[number] >= 0)
      return sizes[number];
    for (auto [i, name] : llvm::enumerate(kernel.getDynamic()))
      if (cast<StringAttr>(name).getValue() == axes[number])
        return launch.getSizes()[i];
    return -1;
  }
};

/// Makes all launches of the sites use the kernel of the first.
void merge(MutableArrayRef<Site> sites) {
  Site &kept = sites.front();
  SmallVector<bool> argument;
  llvm::StringSet<> widened;
  for (unsigned n = 0; n < kept.axes.size(); ++n) {
    bool differs = llvm::any_of(sites, [&](const Site &s) { return s.sizes[n] != kept.sizes[n]; });
    bool listed = llvm::any_of(kept.kernel.getDynamic(),
                               [&](Attribute a) { return cast<StringAttr>(a).getValue() == kept.axes[n]; });
    argument.push_back(differs || listed);
    if (differs)
      widened.insert(kept.axes[n]);
  }
  SmallVector<SmallVector<int64_t>> sizes(sites.size());
  SmallVector<StringRef> names;
  for (unsigned n = 0; n < kept.axes.size(); ++n) {
    if (!argument[n])
      continue;
    names.push_back(kept.axes[n]);
    for (auto [site, list] : llvm::zip(sites, sizes))
      list.push_back(site.sizeOf(n));
  }
  OpBuilder b(kept.kernel);
  for (auto [site, list] : llvm::zip(sites, sizes)) {
    site.launch.setSizes(list);
    site.launch.setKernelAttr(FlatSymbolRefAttr::get(kept.kernel.getSymNameAttr()));
  }
  Attribute dynamic = b.getStrArrayAttr(names);
  llvm::SetVector<Operation *> others; // a kernel may have had several launches before
  for (Site &site : sites.drop_front())
    if (site.kernel != kept.kernel)
      others.insert(site.kernel);
  for (Operation *other : others)
    other->erase();
  auto kernel = kept.kernel;
  kernel.setDynamicAttr(cast<ArrayAttr>(dynamic));
  for (BlockArgument a : kernel.getBody().getArguments())
    a.setType(withDynamic(a.getType(), widened));
  for (Operation &op : kernel.getBody().front())
    for (Value result : op.getResults())
      result.setType(withDynamic(result.getType(), widened));
}

void shareKernels(ModuleOp module) {
  SymbolTable symbols(module);
  llvm::MapVector<StringAttr, SmallVector<Site>> groups;
  module.walk([&](host::LaunchOp launch) {
    auto kernel = symbols.lookup<KernelOp>(launch.getKernel());
    Signature signature(kernel);
    auto &group = groups[StringAttr::get(module.getContext(), signature.text)];
    group.push_back({kernel, launch, SmallVector<StringRef>(), signature.sizes});
    // Names live in the attributes of the context, as those of the types do.
    for (StringRef axis : signature.axes)
      group.back().axes.push_back(StringAttr::get(module.getContext(), axis).getValue());
  });
  for (auto &[text, group] : groups)
    merge(group);
}

/// Those of recurrences are one where they are equal, sizes and all.
void shareRecurrences(ModuleOp module) {
  SymbolTable symbols(module);
  llvm::StringMap<KernelOp> first;
  llvm::SetVector<Operation *> others;
  auto shared = [&](StringRef name) {
    auto kernel = symbols.lookup<KernelOp>(name);
    Signature signature(kernel);
    std::string text = signature.text + (kernel.getReverse() ? "reverse" : "");
    for (int64_t size : signature.sizes)
      text += "," + std::to_string(size);
    KernelOp kept = first.try_emplace(text, kernel).first->second;
    if (kept != kernel)
      others.insert(kernel);
    return FlatSymbolRefAttr::get(kept.getSymNameAttr());
  };
  module.walk([&](host::RecurOp recur) {
    recur.setKernelAttr(shared(recur.getKernel()));
    if (recur.getReplay())
      recur.setReplayAttr(shared(*recur.getReplay()));
  });
  for (Operation *other : others)
    other->erase();
}

struct ShareKernels : braid::impl::ShareKernelsBase<ShareKernels> {
  void runOnOperation() override {
    if (failed(verifyLaunches(getOperation())))
      return signalPassFailure();
    shareKernels(getOperation());
    shareRecurrences(getOperation());
  }
};

} // namespace
} // namespace convert

std::unique_ptr<Pass> createShareKernelsPass() { return std::make_unique<convert::ShareKernels>(); }

} // namespace braid
