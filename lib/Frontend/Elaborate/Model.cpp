//===- Model.cpp - declarations, config, and the model itself -------------===//

#include "Elaborator.h"
#include <cmath>

using namespace mlir;

namespace braid {
namespace elab {

/// Notes the declarations of a file; those of later files replace earlier ones.
void Elaborator::declare(const ast::File &file) {
  llvm::StringMap<Range> here, configHere, axesHere;
  if (file.library)
    libraryFiles.insert(file.file);
  auto once = [&](llvm::StringMap<Range> &names, const ast::Name &name) {
    auto [it, fresh] = names.try_emplace(name.text, name.range);
    if (!fresh)
      error(Diag::DeclaredTwice, name.range, {name.text}).notes.push_back({it->second, "the first is here"});
  };
  for (const ast::Decl &decl : file.decls) {
    switch (decl.kind) {
    case ast::Decl::Kind::Import:
    case ast::Decl::Kind::Model: break;
    case ast::Decl::Kind::Config:
      configDecls.push_back(&decl);
      for (const ast::ConfigItem &item : decl.config) {
        once(configHere, item.name);
        refuseBuiltin(item.name, "config value");
      }
      break;
    case ast::Decl::Kind::Axis:
      axisDecls.push_back(&decl);
      once(axesHere, decl.name);
      for (const ast::Name &label : decl.labels)
        labels.insert(label.text);
      break;
    default:
      once(here, decl.name);
      decls[decl.name.text] = &decl;
      if (file.library)
        libraryNames.insert(decl.name.text);
    }
  }
}

/// The value after `--set name=`; errors stand at the config value.
Val Elaborator::parseOverride(const std::string &name, const std::string &text, Range range) {
  if (text == "true" || text == "false")
    return Val::boolean(text == "true");
  char *end = nullptr;
  double x = strtod(text.c_str(), &end);
  if (text.empty() || *end != 0 || !std::isfinite(x)) {
    error(Diag::BadOverride, range, {name, text});
    return Val::poison();
  }
  if (text.find_first_not_of("+-0123456789") != std::string::npos)
    return Val::real(x);
  if (std::fabs(x) > maxInteger) {
    error(Diag::IntegerTooLarge, range, {"--set " + name + "=" + text});
    return Val::poison();
  }
  return Val::integer(int64_t(x));
}

/// Config values in order; a value given on the command line replaces the
/// expression before those that use it are evaluated.
void Elaborator::evalConfig() {
  llvm::StringMap<Range> places;
  for (const ast::Decl *decl : configDecls)
    for (const ast::ConfigItem &item : decl->config)
      places[item.name.text] = item.name.range;
  llvm::StringMap<Val> replaced;
  for (auto &[name, text] : options.overrides) {
    auto it = places.find(name);
    if (it == places.end()) {
      std::vector<std::string> candidates;
      for (auto &entry : places)
        candidates.push_back(entry.getKey().str());
      Range range = configDecls.empty() ? mainRange : configDecls.back()->range;
      range.end = std::min(range.end, range.begin + 6); // the word `config`
      hint(error(Diag::UnknownConfig, range, {name}), name, candidates);
    } else {
      replaced[name] = parseOverride(name, text, it->second);
    }
  }
  for (const ast::Decl *decl : configDecls)
    for (const ast::ConfigItem &item : decl->config) {
      auto it = replaced.find(item.name.text);
      Restore<std::string> user(configValue, item.name.text);
      Val v = it != replaced.end() ? it->second
                                   : number(globalFrame, *item.value, "the config value `" + item.name.text + "`");
      globals[item.name.text] = v;
      configRanges[item.name.text] = item.name.range;
      if (v.isInt) {
        reservedAxes.insert(item.name.text);
        axisNames[item.name.text] = 1;
      }
    }
  for (const ast::Decl *decl : axisDecls)
    execAxis(globalFrame, decl->name, decl->labels, decl->size.get(), true);
}

/// The model's statements, then its logits.
void Elaborator::runModel(const ast::Decl &model) {
  Frame &f = *newFrame(Frame::Kind::Model, &model, globalFrame);
  Restore<Frame *> body(current, &f);
  for (const ast::Formal &formal : model.formals) {
    Val v;
    StringRef name = formal.name.text;
    bool taken = name == "targets" || name == "loss_scale" || name == "hyper"; // by derived programs
    if (formal.type && formal.type->kind == ast::TypeExpr::Kind::Id && !taken) {
      AxisAttr axis;
      if (formal.type->idAxis.text.empty() || (axis = lookupAxis(f, formal.type->idAxis))) {
        builder.setInsertionPointToEnd(function);
        auto type = lang::ValueType::get(&context, lang::Kind::Token, ArrayRef<AxisAttr>(), lang::Element::Id,
                                         axis ? axis.getSize() : 0);
        v = Val::of(builder.create<lang::InputOp>(loc(formal.range), type, name), axis);
      }
    } else {
      error(Diag::ModelInput, formal.range, {formal.name.text}).hint =
          taken ? "" : "an input is an id for each token: `tokens: id[vocab]`";
    }
    f.bind(formal.name.text, v);
  }
  execAll(f, model.body->statements);
  closeCarries(f, 0);
  if (!f.returned) {
    if (model.body->value)
      eval(f, *model.body->value);
    error(Diag::NoReturn, model.name.range, {model.name.text}).hint = "end it with `return logits`";
    return;
  }
  Val logits = f.result;
  if (!logits.isData())
    return;
  Range range = f.resultRange;
  if (axesOf(logits).size() != 1 || !typeOf(logits).isReal()) {
    error(Diag::LogitAxes, range, {show(logits)});
    return;
  }
  Val token = broadcast(Val::of(outside(logits, range)), axesOf(logits), range, lang::Kind::Token);
  builder.setInsertionPointToEnd(function);
  builder.create<lang::OutputOp>(loc(range), "logits", token.tensor);
}

/// Inputs that the model declares and never looks at leave no op; whoever runs it may have them at hand.
void Elaborator::noteInputs(const ast::Decl &model) {
  SmallVector<Attribute> ignored;
  for (const ast::Formal &formal : model.formals)
    if (llvm::none_of(function->getOps<lang::InputOp>(),
                      [&](lang::InputOp input) { return input.getName() == formal.name.text; }))
      ignored.push_back(builder.getStringAttr(formal.name.text));
  if (!ignored.empty())
    (*module)->setAttr("braid.ignored_inputs", builder.getArrayAttr(ignored));
}

OwningOpRef<ModuleOp> Elaborator::run(const ast::File &main, ArrayRef<const ast::File *> imports) {
  globalFrame.kind = Frame::Kind::Function;
  mainRange = Range{main.file, 0, 1};
  files.append(imports.begin(), imports.end());
  files.push_back(&main);
  for (const ast::File *file : files)
    declare(*file);
  const ast::Decl *model = nullptr;
  for (const ast::Decl &decl : main.decls)
    if (decl.kind == ast::Decl::Kind::Model) {
      if (model)
        error(Diag::TwoModels, decl.name.range).notes.push_back({model->name.range, "the first is here"});
      else
        model = &decl;
    }
  Location where = model ? loc(model->range) : UnknownLoc::get(&context);
  module = ModuleOp::create(where);
  builder.setInsertionPointToEnd(module->getBody());
  auto func = builder.create<lang::FuncOp>(where, "logits");
  function = base = &func.getBody().emplaceBlock();
  evalConfig();
  if (!model) {
    error(Diag::NoModel, mainRange);
    checkNames();
    return {};
  }
  (*module)->setAttr("braid.model", builder.getStringAttr(model->name.text));
  runModel(*model);
  if (!exhausted)
    checkNames();
  if (diagnostics.hasErrors()) {
    for (Region &region : regionStore)
      region.block->dropAllReferences();
    dropRegions();
    return {};
  }
  keepReads();
  finishFunction();
  takeOutWrites();
  dropUnusedHalves();
  noteInputs(*model);
  for (Operation *op : trialParameters)
    op->erase();
  warn();
  return std::move(module);
}

} // namespace elab

OwningOpRef<ModuleOp> elaborate(MLIRContext &context, SourceManager &sources, const ast::File &main,
                                const std::vector<const ast::File *> &imports, DiagnosticEngine &diagnostics,
                                const ElaborateOptions &options) {
  context.loadDialect<lang::BraidDialect>();
  SmallVector<int64_t> counts;
  // The number of writes to a stream (`sites`) is known after a walk. Programs
  // that use it are walked again; no program changes it by asking for it.
  for (int round = 0; round < 3; ++round) {
    DiagnosticEngine quiet(sources);
    elab::Elaborator first(context, sources, quiet, options, counts);
    OwningOpRef<ModuleOp> module = first.run(main, imports);
    SmallVector<int64_t> found = first.siteCounts();
    if (!first.usedSites || found == counts) {
      diagnostics.append(quiet);
      return module;
    }
    counts = found;
  }
  elab::Elaborator last(context, sources, diagnostics, options, counts);
  OwningOpRef<ModuleOp> module = last.run(main, imports);
  return module;
}

} // namespace braid
