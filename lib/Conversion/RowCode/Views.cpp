//===- Views.cpp - how the axes of a view correspond ----------------------===//

#include "Schedule.h"

using namespace mlir;
using namespace braid::row;

SmallVector<ViewGroup> braid::row::groupsOf(ViewOp view) {
  auto real = [](ArrayRef<AxisAttr> axes) {
    return llvm::to_vector(llvm::make_filter_range(axes, [](AxisAttr axis) { return axis.getSize() != 1; }));
  };
  SmallVector<AxisAttr> in = real(typeOf(view.getInput()).getAxes()), out = real(typeOf(view.getResult()).getAxes());
  SmallVector<ViewGroup> groups;
  for (size_t i = 0, o = 0; i < in.size() && o < out.size(); ++i, ++o) {
    ViewGroup group{{in[i]}, {out[o]}};
    int64_t inputs = in[i].getSize(), results = out[o].getSize();
    while (inputs != results && !in[i].isDynamic()) {
      bool takeInput = inputs < results;
      AxisAttr next = takeInput ? in[++i] : out[++o];
      (takeInput ? group.input : group.result).push_back(next);
      (takeInput ? inputs : results) *= next.getSize();
    }
    groups.push_back(std::move(group));
  }
  return groups;
}
