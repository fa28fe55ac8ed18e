//===- Outliers.h - NaN and infinity stay with those that see them --------===//
//
// In a product of tiles a pair that does not see each other has weight 0, and 0 · NaN is NaN. So what
// is not finite is taken out of a tile before the product, and added afterwards to the rows that see
// it: the others have the bits that they would have without it.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_LIB_RUNTIME_OUTLIERS_H
#define BRAID_LIB_RUNTIME_OUTLIERS_H

#include <cstdint>
#include <vector>

namespace braid::rt {

/// NaN and infinities of a tile.
class Outliers {
public:
  static bool areIn(const float *numbers, int64_t count);
  /// Takes those of `rows` rows of `width` numbers, and leaves zeros; forgets earlier ones.
  void take(float *tile, int64_t rows, int64_t width);
  /// For every outlier, and those i below `count` for which sees(i, its row) holds:
  /// result[i][its column] += weight(i, its row) · outlier. Rows of the result have `width` numbers.
  template <typename Sees, typename Weight>
  void add(int64_t count, Sees sees, Weight weight, float *result, int64_t width) const {
    for (const Outlier &outlier : list)
      for (int64_t i = 0; i < count; ++i)
        if (sees(i, outlier.row))
          result[i * width + outlier.column] += weight(i, outlier.row) * outlier.value;
  }

private:
  struct Outlier {
    int64_t row, column;
    float value;
  };
  std::vector<Outlier> list;
};

} // namespace braid::rt

#endif
