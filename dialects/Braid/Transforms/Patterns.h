//===- Patterns.h - the rewrites of braid-canonicalize --------------------===//
//
// Private to this folder.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_DIALECTS_BRAID_TRANSFORMS_PATTERNS_H
#define BRAID_DIALECTS_BRAID_TRANSFORMS_PATTERNS_H

namespace mlir {
class RewritePatternSet;
}

namespace braid::lang {

/// Constants, neutral operands, powers and signs of elementwise ops.
void addArithmeticPatterns(mlir::RewritePatternSet &patterns);
/// Broadcasts, transposes, other views, and reductions of them.
void addViewPatterns(mlir::RewritePatternSet &patterns);
/// Unused results, unused, equal and constant captures, unused lists of reads.
void addReadPatterns(mlir::RewritePatternSet &patterns);

} // namespace braid::lang

#endif
