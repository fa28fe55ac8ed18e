//===- Draw.cpp - a plan as a graph and as a page -------------------------===//
#include "Draw.h"
#include "braid/Conversion/Launches.h"
#include "braid/Driver/Text.h"
#include "braid/Pipelines/Explain.h"
#include "dialects/Host/IR/Host.h"
#include "dialects/Row/IR/Row.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringExtras.h"

namespace braid::driver {

static std::string nameOf(mlir::Value buffer) {
  mlir::Operation *op = buffer.getDefiningOp();
  if (auto external = mlir::dyn_cast_or_null<host::ExternalOp>(op))
    return external.getName();
  if (auto made = mlir::dyn_cast_or_null<host::BufferOp>(op))
    return made.getName().str();
  return "zeros";
}

static std::string quoted(llvm::StringRef text) {
  std::string result;
  for (char c : text) {
    if (c == '"' || c == '\\')
      result += '\\';
    result += c;
  }
  return "\"" + result + "\"";
}

namespace {

/// Walks the calls of a function in order and keeps who wrote each buffer last.
class Graph {
public:
  Graph(std::string prefix, mlir::SymbolTable &symbols, llvm::raw_ostream &os)
      : prefix(std::move(prefix)), symbols(symbols), os(os) {}

  void add(mlir::Operation *op) {
    std::string label, shape = "box";
    llvm::SmallVector<mlir::Value> reads, writes;
    if (auto launch = mlir::dyn_cast<host::LaunchOp>(op)) {
      label = launch.getKernel().str();
      split(launch, reads, writes);
    } else if (auto call = mlir::dyn_cast<host::LibraryCall>(op)) {
      host::Work work = call.getWork();
      label = call.getWord().str() + "\\n" + nameOf(call.getNamesake());
      shape = work.product ? "ellipse" : work.position || work.token ? "hexagon" : "box";
      reads = call.getReads();
      writes = call.getWrites();
    } else {
      return;
    }
    std::string node = prefix + "_" + std::to_string(count++);
    os << "    " << node << " [shape=" << shape << ", label=\"" << label << "\"];\n";
    llvm::DenseMap<mlir::Value, bool> seen;
    for (mlir::Value value : reads) {
      auto writer = writers.find(value);
      if (seen.try_emplace(value, true).second && writer != writers.end())
        os << "    " << writer->second << " -> " << node << " [label=" << quoted(nameOf(value)) << "];\n";
    }
    for (mlir::Value value : writes)
      writers[value] = node;
  }

private:
  /// A kernel's arguments are read where they are loaded or gathered from, and written where they are stored to.
  void split(host::LaunchOp launch, llvm::SmallVector<mlir::Value> &reads, llvm::SmallVector<mlir::Value> &writes) {
    auto kernel = symbols.lookup<row::KernelOp>(launch.getKernel());
    for (auto [argument, operands] : llvm::zip(kernel.getBody().getArguments(), argumentsOf(launch, kernel))) {
      bool written = false, read = false;
      for (mlir::Operation *user : argument.getUsers())
        (user->getNumResults() == 0 ? written : read) = true;
      auto values = launch.getArgs().slice(operands.first, operands.count);
      if (read)
        llvm::append_range(reads, values);
      if (written)
        llvm::append_range(writes, values);
    }
  }

  std::string prefix;
  mlir::SymbolTable &symbols;
  llvm::raw_ostream &os;
  llvm::DenseMap<mlir::Value, std::string> writers;
  unsigned count = 0;
};

} // namespace

std::string planAsDot(mlir::ModuleOp planned) {
  std::string text;
  llvm::raw_string_ostream os(text);
  mlir::SymbolTable symbols(planned);
  os << "digraph plan {\n  node [fontname=\"sans-serif\", fontsize=10];\n  edge [fontname=\"sans-serif\", fontsize=8, "
        "color=gray40];\n";
  for (auto function : planned.getOps<host::FuncOp>()) {
    os << "  subgraph cluster_" << function.getSymName() << " {\n    label=\"@" << function.getSymName() << "\";\n";
    Graph graph(function.getSymName().str(), symbols, os);
    for (mlir::Operation &op : function.getBody().front())
      graph.add(&op);
    os << "  }\n";
  }
  os << "}\n";
  return os.str();
}

/// A cell with a bar as wide as `part` of the largest.
static std::string barCell(double value, double largest, const std::string &text) {
  int percent = largest > 0 ? int(100 * value / largest) : 0;
  return "<td style=\"background:linear-gradient(to right,#cfe0f5 " + std::to_string(percent) + "%,transparent " +
         std::to_string(percent) + "%)\">" + text + "</td>";
}

std::string planAsHtml(mlir::ModuleOp planned, const std::string &title) {
  std::string text;
  llvm::raw_string_ostream os(text);
  auto escaped = [&](llvm::StringRef raw) { llvm::printHTMLEscaped(raw, os); };
  os << "<!doctype html>\n<meta charset=\"utf-8\">\n<title>";
  escaped(title);
  os << "</title>\n<style>body{font-family:sans-serif;margin:2em}table{border-collapse:collapse;margin-bottom:2em}"
        "td,th{border:1px solid #ccc;padding:.3em "
        ".8em;text-align:right}td:first-child,th:first-child{text-align:left}</style>\n<h1>";
  escaped(title);
  os << "</h1>\n<h2>Cost of a token</h2>\n<table><tr><th>program<th>products<th>attention, a position<th>kernels "
        "load<th>kernels store"
        "<th>least traffic<th>arena<th>launches<th>products</tr>\n";
  std::vector<Cost> all = costs(planned);
  double traffic = 0, arena = 0;
  for (const Cost &cost : all) {
    traffic = std::max(traffic, std::max(cost.loaded, cost.stored));
    arena = std::max(arena, double(cost.tokenArena));
  }
  for (const Cost &cost : all)
    os << "<tr><td>@" << cost.function << "</td><td>" << siText(cost.productFlops, "FLOP") << "</td><td>"
       << siText(cost.attendFlops, "FLOP") << "</td>" << barCell(cost.loaded, traffic, bytesText(cost.loaded))
       << barCell(cost.stored, traffic, bytesText(cost.stored)) << "<td>" << bytesText(cost.bound) << "</td>"
       << barCell(double(cost.tokenArena), arena, bytesText(double(cost.tokenArena))) << "<td>" << cost.launches
       << "</td><td>" << cost.products << "</td></tr>\n";
  os << "</table>\n<h2>Memory of a token by category</h2>\n<table><tr><th>program<th>category<th>bytes</tr>\n";
  for (const Cost &cost : all)
    for (const auto &[category, bytes] : cost.categories)
      os << "<tr><td>@" << cost.function << "</td><td>" << category << "</td><td>" << bytesText(double(bytes))
         << "</td></tr>\n";
  os << "</table>\n<h2>Schedule</h2>\n<pre>";
  escaped(braid::explain(planned));
  os << "</pre>\n";
  return os.str();
}

} // namespace braid::driver
