//===- HalfSites.cpp - sites that only read or only write -----------------===//
//
// A connection's body is elaborated as a whole, since its read and its write share what
// it computes. A site that does not read has no parameters that serve the read alone, nor
// observed values and auxiliary losses that are made of them; the same of the write.
//
//===----------------------------------------------------------------------===//

#include "Elaborator.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace braid::elab {

/// The site of the connection whose body, or whose layers, `f` belongs to.
ConnectionUse *Elaborator::useOf(Frame &f) {
  for (Frame *g = &f; g; g = g->caller)
    if (g->kind == Frame::Kind::Connection)
      return g->use;
  return nullptr;
}

void Elaborator::noteMadeAt(ConnectionUse *use, Operation *op) {
  // A shared instance belongs to all sites.
  if (use && !use->shared && !trial)
    madeAtSite[op] = use;
}

void Elaborator::keepReads() {
  builder.setInsertionPointToEnd(function);
  for (ConnectionUse &use : uses)
    if (use.reads && !use.writes && use.read.kind == Val::Kind::Tensor)
      keptReads.push_back(builder.create<lang::ObserveOp>(loc(use.range), "", use.read.tensor));
}

/// Adds the ops that `work` needs, through any number of others.
static void addNeeded(SmallVector<Operation *> work, llvm::DenseSet<Operation *> &needed) {
  while (!work.empty())
    for (Value operand : work.pop_back_val()->getOperands())
      if (Operation *made = operand.getDefiningOp(); made && needed.insert(made).second)
        work.push_back(made);
}

void Elaborator::dropUnusedHalves() {
  auto isOfHalf = [&](Operation *op) {
    auto it = madeAtSite.find(op);
    return it != madeAtSite.end() && !(it->second->reads && it->second->writes);
  };
  SmallVector<Operation *> ends;
  SmallVector<Operation *> halfEnds;
  for (Operation &op : *function)
    if (op.getNumResults() == 0)
      (isOfHalf(&op) ? halfEnds : ends).push_back(&op);
  llvm::DenseSet<Operation *> needed;
  addNeeded(std::move(ends), needed);
  llvm::StringSet<> used;
  for (Operation *op : needed)
    if (auto param = dyn_cast<lang::ParamOp>(op))
      used.insert(param.getParameter());
  for (Operation *kept : keptReads)
    kept->erase();
  // Initial values computed from other parameters.
  for (auto parameter : module->getOps<lang::ParameterOp>())
    parameter.getInit().walk([&](lang::ParamOp param) { used.insert(param.getParameter()); });
  llvm::StringMap<lang::ParameterOp> unused;
  for (auto &[op, use] : madeAtSite)
    if (auto parameter = dyn_cast<lang::ParameterOp>(op);
        parameter && isOfHalf(op) && !used.contains(parameter.getSymName()))
      unused[parameter.getSymName()] = parameter;
  for (Operation *end : halfEnds) {
    llvm::DenseSet<Operation *> operands;
    addNeeded({end}, operands);
    if (llvm::any_of(operands, [&](Operation *op) {
          auto param = dyn_cast<lang::ParamOp>(op);
          return param && unused.contains(param.getParameter());
        }))
      end->erase();
  }
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(*function)))
    if (isOpTriviallyDead(&op))
      op.erase();
  for (auto &entry : unused)
    entry.second->erase();
}

} // namespace braid::elab
