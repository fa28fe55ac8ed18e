//===- Dialects.h - the dialects of every stage ---------------------------===//
#ifndef BRAID_PIPELINES_DIALECTS_H
#define BRAID_PIPELINES_DIALECTS_H

namespace mlir {
class DialectRegistry;
}

namespace braid {

/// What a tool must know to read a module of any stage of Stages.def.
void registerStageDialects(mlir::DialectRegistry &registry);

} // namespace braid

#endif
