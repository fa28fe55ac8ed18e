//===- Explain.cpp - the schedule, its traffic and its memory as text -----===//

#include "braid/Pipelines/Explain.h"
#include "LaunchTraffic.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace braid {
namespace {

/// `1.5 KiB`, `768 B`.
std::string bytes(double n) {
  const char *units[] = {"B", "KiB", "MiB", "GiB"};
  int unit = 0;
  while (n >= 10240 && unit < 3)
    n /= 1024, ++unit;
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format(unit ? "%.1f " : "%.0f ", n) << units[unit];
  return text;
}

std::string flops(double n) {
  const char *units[] = {"", "k", "M", "G", "T"};
  int unit = 0;
  while (n >= 10000 && unit < 4)
    n /= 1000, ++unit;
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format(unit ? "%.2f " : "%.0f ", n) << units[unit] << "FLOP";
  return text;
}

std::string nameOf(Value buffer) {
  Operation *op = buffer.getDefiningOp();
  if (auto external = dyn_cast<host::ExternalOp>(op))
    return external.getName();
  if (isa<host::ZerosOp>(op))
    return "zeros";
  return cast<host::BufferOp>(op).getName().str();
}

class Explainer {
public:
  Explainer(ModuleOp module, llvm::raw_ostream &out) : module(module), symbols(module), out(out) {}

  void explain(host::FuncOp func, const Cost &cost) {
    out << "@" << func.getSymName() << ": " << cost.launches << " launches of " << cost.kernels << " kernels, "
        << cost.products << " products\n";
    int64_t level = -1;
    for (Operation &op : func.getBody().front()) {
      auto at = op.getAttrOfType<IntegerAttr>("level");
      if (at && at.getInt() != level) {
        level = at.getInt();
        out << "level " << level << "\n";
      }
      step(op);
    }
    totals(cost);
    remembered(cost);
  }

private:
  void step(Operation &op) {
    if (auto launch = dyn_cast<host::LaunchOp>(op))
      this->launch(launch);
    else if (auto call = dyn_cast<host::LibraryCall>(op))
      this->call(call);
    else if (isa<host::NewestOp>(op))
      out << "for the newest token of each sequence alone\n";
  }

  void remembered(const Cost &cost) {
    if (cost.remembered.empty())
      return;
    out << "a sequence remembers " << bytes(double(cost.rememberedPerToken())) << " for each of its tokens, and "
        << bytes(double(cost.rememberedInAll())) << " beside, however long it is\n";
    for (const Remembered &value : cost.remembered) {
      out << "  " << value.path << ": " << bytes(double(value.bytes)) << (value.carry ? ", " : " a token, ");
      if (value.carry)
        out << "what the newest token left\n";
      else if (value.rows < 0)
        out << "of all\n";
      else
        out << "of the newest " << value.rows << "\n";
    }
  }

  void call(host::LibraryCall call) {
    host::Work work = call.getWork();
    out << "  ";
    call.describe(out, nameOf);
    if (work.position)
      out << ", " << flops(work.position) << " a token and position";
    if (work.token)
      out << ", " << flops(work.token) << " a token";
    if (work.fixed)
      out << ", " << flops(work.fixed);
    if (auto recur = dyn_cast<host::RecurOp>(*call))
      out << ", " << flops(flopsOf(recur, symbols)) << " a token";
    out << "\n";
  }

  void launch(host::LaunchOp launch) {
    auto arguments = trafficOf(launch, symbols.lookup<row::KernelOp>(launch.getKernel()));
    LaunchTraffic sum = sumOf(arguments);
    out << "  " << launch.getKernel();
    if (launch.getRows())
      out << " (" << *launch.getRows() << (*launch.getRows() == 1 ? " row)" : " rows)");
    if (launch.getSpace() == host::Space::Token) {
      out << ": " << bytes(sum.loaded + sum.stored) << " a token";
      // What is read twice may come from cache the second time.
      if (sum.loaded + sum.stored > sum.bound)
        out << ", bound " << bytes(sum.bound);
    } else {
      out << ": " << bytes(sum.fixed);
    }
    list(launch, arguments, " <-", [](const ArgumentTraffic &a) { return a.loads || a.gathered > 0; });
    list(launch, arguments, " ->", [](const ArgumentTraffic &a) { return a.stores || a.accumulated; });
    if (auto reuse = launch.getReuseAttr())
      if (int64_t n = inPlace(launch, reuse.asArrayRef()))
        out << " (" << n << " in place)";
    out << "\n";
  }

  /// How many outputs the plan has put where an input lay.
  int64_t inPlace(host::LaunchOp launch, ArrayRef<int64_t> pairs) {
    int64_t n = 0;
    for (size_t i = 0; i + 1 < pairs.size(); i += 2) {
      auto output = launch.getArgs()[pairs[i]].getDefiningOp<host::BufferOp>();
      auto input = launch.getArgs()[pairs[i + 1]].getDefiningOp<host::BufferOp>();
      n += output && input && output.getOffset() == input.getOffset();
    }
    return n;
  }

  void list(host::LaunchOp launch, ArrayRef<ArgumentTraffic> arguments, const char *arrow,
            llvm::function_ref<bool(const ArgumentTraffic &)> which) {
    bool first = true;
    for (const ArgumentTraffic &a : arguments) {
      if (!which(a))
        continue;
      out << (first ? arrow : ",") << " ";
      first = false;
      if (a.entries == 1) {
        out << nameOf(launch.getArgs()[a.first]);
        continue;
      }
      out << a.entries << " × [" << nameOf(launch.getArgs()[a.first]) << " … "
          << nameOf(launch.getArgs()[a.first + a.entries - 1]) << "]";
    }
  }

  void totals(const Cost &cost) {
    out << "total per token: products " << flops(cost.productFlops);
    if (cost.attendFlops)
      out << ", attention " << flops(cost.attendFlops) << " a visible position";
    out << "; row kernels load " << bytes(cost.loaded) << ", store " << bytes(cost.stored) << ", bound "
        << bytes(cost.bound) << "\n";
    if (cost.fixedBytes)
      out << "in all: kernels on parameters move " << bytes(cost.fixedBytes) << "\n";
    out << "memory: " << bytes(cost.tokenArena) << " a token, " << bytes(cost.fixedArena) << " fixed\n";
    for (const auto &[category, size] : cost.categories)
      out << "  " << category << ": " << bytes(size) << " a token\n";
    out << "\n";
  }

  ModuleOp module;
  SymbolTable symbols;
  llvm::raw_ostream &out;
};

} // namespace

std::string explain(ModuleOp planned) {
  std::string text;
  llvm::raw_string_ostream out(text);
  std::vector<Cost> all = costs(planned);
  Explainer explainer(planned, out);
  size_t i = 0;
  for (auto func : planned.getOps<host::FuncOp>())
    explainer.explain(func, all[i++]);
  return text;
}

} // namespace braid
