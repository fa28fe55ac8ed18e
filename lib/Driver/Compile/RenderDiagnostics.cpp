//===- RenderDiagnostics.cpp - MLIR's diagnostics as a user reads them ----===//
//
// Locations that lie in a file of the compilation are shown with the line and a
// caret, whichever stage reports them. The innermost such location of a chain of
// inlined calls comes first; the others follow as notes.
//
//===----------------------------------------------------------------------===//
#include "braid/Driver/Compilation.h"
#include "braid/Support/Printable.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Location.h"

namespace braid::driver {

static void collectPlaces(mlir::Location location, std::vector<mlir::FileLineColLoc> &places) {
  if (auto file = mlir::dyn_cast<mlir::FileLineColLoc>(location)) {
    if (std::find(places.begin(), places.end(), file) == places.end())
      places.push_back(file);
  } else if (auto name = mlir::dyn_cast<mlir::NameLoc>(location)) {
    collectPlaces(name.getChildLoc(), places);
  } else if (auto call = mlir::dyn_cast<mlir::CallSiteLoc>(location)) {
    collectPlaces(call.getCallee(), places);
    collectPlaces(call.getCaller(), places);
  } else if (auto fused = mlir::dyn_cast<mlir::FusedLoc>(location)) {
    for (mlir::Location part : fused.getLocations())
      collectPlaces(part, places);
  }
}

static std::string placeText(mlir::FileLineColLoc place) {
  return printable(place.getFilename().getValue()) + ":" + std::to_string(place.getLine()) + ":" +
         std::to_string(place.getColumn()) + ": ";
}

/// The line and a caret, where the file is known.
static std::string excerpt(const SourceManager &sources, mlir::FileLineColLoc place) {
  for (uint32_t file = 0; file < sources.size(); ++file)
    if (llvm::StringRef(sources.name(file)) == place.getFilename().getValue()) {
      MarkedLine line =
          markedLine(sources.line(file, place.getLine()), place.getColumn() ? place.getColumn() - 1 : 0, 1);
      return line.text + "\n" + line.pad + line.mark + "\n";
    }
  return "";
}

static void renderOne(const SourceManager &sources, mlir::Location location, const char *severity,
                      llvm::StringRef unsafe, std::string &text) {
  std::string message = printableMessage(unsafe);
  std::vector<mlir::FileLineColLoc> places;
  collectPlaces(location, places);
  if (places.empty()) {
    text += std::string("braid: ") + severity + ": " + message + "\n";
    return;
  }
  text += placeText(places[0]) + severity + ": " + message + "\n" + excerpt(sources, places[0]);
  for (size_t i = 1; i < places.size() && i < 4; ++i)
    text += placeText(places[i]) + "note: used from here\n";
}

std::string Compilation::render(mlir::Location location, const char *severity, const std::string &message) const {
  std::string text;
  renderOne(sources, location, severity, message, text);
  return text;
}

llvm::Error Compilation::withDiagnostics(llvm::function_ref<llvm::LogicalResult()> work) {
  std::string text;
  bool failed;
  {
    mlir::ScopedDiagnosticHandler handler(mlirContext.get(), [&](mlir::Diagnostic &diagnostic) {
      bool error = diagnostic.getSeverity() == mlir::DiagnosticSeverity::Error;
      if (!error && diagnostic.getSeverity() != mlir::DiagnosticSeverity::Warning)
        return llvm::success();
      renderOne(sources, diagnostic.getLocation(), error ? "error" : "warning", diagnostic.str(), text);
      for (mlir::Diagnostic &note : diagnostic.getNotes())
        renderOne(sources, note.getLocation(), "note", note.str(), text);
      return llvm::success();
    });
    failed = mlir::failed(work());
  }
  if (!failed)
    return llvm::Error::success();
  if (text.empty())
    text = "braid: error: a pass failed without saying why\n";
  return llvm::make_error<RenderedError>(std::move(text));
}

} // namespace braid::driver
