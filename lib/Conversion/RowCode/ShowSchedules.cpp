//===- ShowSchedules.cpp - the loops of row kernels, in their texts -------===//

#include "Schedule.h"
#include "braid/Conversion/RowToLLVM.h"
#include "mlir/IR/AsmState.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace braid::row;

namespace braid {
#define GEN_PASS_DECL_SHOWSCHEDULES
#define GEN_PASS_DEF_SHOWSCHEDULES
#include "lib/Conversion/Passes.h.inc"
} // namespace braid

namespace {

/// Writes nests with the names that values have in the kernel's text.
class Writer {
public:
  explicit Writer(KernelOp kernel) : state(kernel) {}

  std::string textOf(const Nest &nest) {
    std::string text;
    llvm::raw_string_ostream out(text);
    out << "for [";
    llvm::interleaveComma(nest.loops, out,
                          [&](AxisAttr axis) { out << axis.getName() << (axis == nest.vector ? ": vector" : ""); });
    out << "]";
    if (!nest.unrolled.empty()) {
      out << " unrolled [";
      llvm::interleaveComma(nest.unrolled, out, [&](AxisAttr axis) { out << axis.getName(); });
      out << "]";
    }
    out << " ";
    llvm::interleaveComma(nest.roots, out, [&](const Root &root) { write(root, out); });
    return text;
  }

  std::string nameOf(Value value) {
    std::string text;
    llvm::raw_string_ostream out(text);
    value.printAsOperand(out, state);
    return text;
  }

private:
  void write(const Root &root, llvm::raw_ostream &out) {
    StringRef op = root.op->getName().stripDialect();
    if (Value kept = root.kept())
      out << nameOf(kept) << " = " << (kept == root.value ? "keep" : op);
    else
      out << op << " to " << nameOf(root.op->getOperand(1));
  }

  AsmState state;
};

struct ShowSchedules : braid::impl::ShowSchedulesBase<ShowSchedules> {
  using ShowSchedulesBase::ShowSchedulesBase;

  void runOnOperation() override {
    Builder b(&getContext());
    for (auto kernel : getOperation().getOps<KernelOp>()) {
      Schedule schedule = Schedule::of(kernel, gpu);
      Writer writer(kernel);
      SmallVector<Attribute> nests, scratch;
      for (const Nest &nest : schedule.nests())
        nests.push_back(b.getStringAttr(writer.textOf(nest)));
      for (Value kept : schedule.scratch())
        scratch.push_back(b.getStringAttr(writer.nameOf(kept)));
      kernel->setAttr("row.schedule", b.getArrayAttr(nests));
      kernel->setAttr("row.scratch", b.getArrayAttr(scratch));
    }
  }
};

} // namespace

std::unique_ptr<Pass> braid::row::createShowSchedulesPass() { return std::make_unique<ShowSchedules>(); }
