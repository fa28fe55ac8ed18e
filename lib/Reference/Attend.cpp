//===- Attend.cpp - attention, one row at a time --------------------------===//
//
// A row is one query: a token and an index of the query's axes other than the
// contracted one. The scores of the places it sees are computed, and thrown away with
// the row.
//
//===----------------------------------------------------------------------===//

#include "Tape.h"
#include <algorithm>
#include <cmath>
#include <limits>

using namespace mlir;
using namespace braid::ref;
using namespace braid::lang;

namespace {

/// How one source is walked. Offsets of the row are found by the row's nest.
struct Source {
  bool tokens;    ///< the tokens of the sequence, or slots
  int64_t places; ///< of them
  braid::AttentionMask mask;
  const double *segments;       ///< of the tokens of all sequences, or null
  const double *only;           ///< whether a token may be seen; the same
  int64_t keyStep, valueStep;   ///< from place to place
  int64_t keyContracted;        ///< along the contracted axis
  SmallVector<int64_t> further; ///< offsets in the value, one per element of the row's output
};

struct Attention {
  /// Of an AttendOp or an AttendGradOp.
  template <typename Attend> static Attention of(Attend op, const Evaluator &eval) {
    return Attention(op.getQuery(), op.getKeys(), op.getValues(), op.getSegments(), op.getOnly(), op.getAxis(),
                     op.getMasks(), op.getScale(), op.getLse(), op.getOutput(), eval);
  }
  Attention(Value query, ValueRange keys, ValueRange values, ValueRange segments, ValueRange only, StringRef axis,
            ArrayAttr masks, const APFloat &scale, Value lse, Value output, const Evaluator &eval);

  Dims rows; ///< dimensions of lse
  SmallVector<Source> sources;
  double scale;
  int64_t width, queryContracted; ///< of the contracted axis
  SmallVector<int64_t> further;   ///< offsets in the output, one per element of the row's output
  int64_t time;                   ///< tokens of a sequence
  /// Per row dimension, the steps of: token, query, output, then key and value of each source.
  SmallVector<SmallVector<int64_t>> steps;
  SmallVector<const double *> keys, values;
  const double *query;

  /// Places of the source that a token sees, in order.
  SmallVector<int64_t> visible(const Source &source, int64_t token) const {
    int64_t position = token % time, sequence = token - position;
    SmallVector<int64_t> places;
    for (int64_t place = 0; place < source.places; ++place)
      if (source.mask.allows(position, place,
                             !source.segments || source.segments[sequence + place] == source.segments[token],
                             !source.only || source.only[sequence + place] != 0))
        places.push_back(place);
    int64_t window = source.mask.window, count = places.size();
    if (window > 0 && count > window)
      places.erase(places.begin(), places.end() - window);
    return places;
  }

  /// Calls `body(row, offsets)` for each row; offsets as in `steps`.
  template <typename Body> void forEachRowOf(Body &&body) const {
    int64_t count = countOf(rows);
    SmallVector<int64_t> at(steps.empty() ? 3 + 2 * sources.size() : steps[0].size());
    for (int64_t row = 0; row < count; ++row) {
      std::ranges::fill(at, 0);
      int64_t rest = row;
      for (size_t d = rows.size(); d-- > 0;) {
        int64_t index = rest % rows[d].size;
        rest /= rows[d].size;
        for (size_t i = 0; i < at.size(); ++i)
          at[i] += index * steps[d][i];
      }
      body(row, at);
    }
  }

  double score(const Source &source, size_t s, int64_t place, ArrayRef<int64_t> at) const {
    const double *q = query + at[1], *k = keys[s] + at[3 + 2 * s] + place * source.keyStep;
    double sum = 0;
    for (int64_t i = 0; i < width; ++i)
      sum += q[i * queryContracted] * k[i * source.keyContracted];
    return scale * sum;
  }
};

/// Where gradients go; null where nobody wants them.
struct AttentionSinks {
  double *query;
  SmallVector<double *> keys, values;
};

} // namespace

/// Offsets along several dimensions of `dims`, in row-major order of `loops`.
static SmallVector<int64_t> offsetsAlong(const Dims &loops, const Dims &dims) {
  SmallVector<int64_t> offsets;
  forEach(Nest<1>(loops, {dims}), [&](auto at) { offsets.push_back(at[0]); });
  return offsets;
}

Attention::Attention(Value queryValue, ValueRange keyValues, ValueRange valueValues, ValueRange segmentValues,
                     ValueRange onlyValues, StringRef axis, ArrayAttr masks, const APFloat &scaleValue, Value lse,
                     Value output, const Evaluator &eval)
    : rows(eval.dimsOf(lse)), scale(scaleValue.convertToDouble()), time(eval.time) {
  Dims q = eval.dimsOf(queryValue), out = eval.dimsOf(output);
  width = typeOf(queryValue).sizeOf(axis);
  queryContracted = strideOf(q, axis);
  query = eval[queryValue].data.data();
  Dims outFurther;
  for (const Dim &dim : out)
    if (!hasDim(rows, dim.name))
      outFurther.push_back(dim);
  further = offsetsAlong(outFurther, out);

  std::vector<std::pair<Dims, Dims>> walked; // of key and value, as far as rows walk them
  for (size_t s = 0; s < keyValues.size(); ++s) {
    Dims k = eval.dimsOf(keyValues[s]), v = eval.dimsOf(valueValues[s]);
    Source source;
    source.tokens = hasDim(k, timeDim);
    auto mask = cast<MaskAttr>(masks[s]);
    source.mask = mask.describe();
    source.segments = mask.hasSegment() ? eval[segmentValues[mask.getSegment()]].data.data() : nullptr;
    source.only = mask.hasOnly() ? eval[onlyValues[mask.getOnly()]].data.data() : nullptr;
    std::string place = timeDim;
    if (!source.tokens)
      for (const Dim &dim : k)
        if (!hasDim(q, dim.name))
          place = dim.name;
    source.places = source.tokens ? eval.time : typeOf(keyValues[s]).sizeOf(place);
    source.keyStep = strideOf(k, place);
    source.valueStep = strideOf(v, place);
    source.keyContracted = strideOf(k, axis);
    source.further = offsetsAlong(outFurther, v);
    keys.push_back(eval[keyValues[s]].data.data());
    values.push_back(eval[valueValues[s]].data.data());
    sources.push_back(source);
    // A row's own time does not move along the keys' time.
    for (Dims *dims : {&k, &v})
      for (Dim &dim : *dims)
        if (dim.name == timeDim)
          dim.name = "@place";
    walked.push_back({k, v});
  }
  for (const Dim &dim : rows) {
    int64_t tokens = dim.name == timeDim ? 1 : dim.name == batchDim ? time : 0;
    SmallVector<int64_t> step{tokens, strideOf(q, dim.name), strideOf(out, dim.name)};
    for (auto &[k, v] : walked)
      step.append({strideOf(k, dim.name), strideOf(v, dim.name)});
    steps.push_back(step);
  }
}

static void computeRows(const Attention &attention, double *output, double *lse) {
  std::vector<double> weights;
  attention.forEachRowOf([&](int64_t row, ArrayRef<int64_t> at) {
    weights.clear();
    double largest = -std::numeric_limits<double>::infinity(), total = 0;
    for (auto [s, source] : llvm::enumerate(attention.sources)) {
      for (int64_t place : attention.visible(source, at[0])) {
        weights.push_back(attention.score(source, s, place, at));
        largest = std::max(largest, weights.back());
      }
    }
    for (double &weight : weights)
      total += weight = std::exp(weight - largest);
    lse[row] = weights.empty() ? -std::numeric_limits<double>::infinity() : largest + std::log(total);
    size_t next = 0;
    for (auto [s, source] : llvm::enumerate(attention.sources)) {
      for (int64_t place : attention.visible(source, at[0])) {
        double weight = weights[next++] / total;
        const double *value = attention.values[s] + at[4 + 2 * s] + place * source.valueStep;
        for (auto [to, from] : llvm::zip(attention.further, source.further))
          output[at[2] + to] += weight * value[from];
      }
    }
  });
}

/// `outputGrad` and `lseGrad` may be null. With `single` the two sums whose difference a score's gradient is are
/// rounded to fp32, each in an order of its own: a device makes them in different places.
static void addGradients(const Attention &attention, const double *output, const double *lse, const double *outputGrad,
                         const double *lseGrad, const AttentionSinks &sinks, bool single = false) {
  auto rounded = [single](double x) { return single ? double(float(x)) : x; };
  attention.forEachRowOf([&](int64_t row, ArrayRef<int64_t> at) {
    double mean = lseGrad ? -lseGrad[row] : 0; // what is subtracted from every weight's gradient
    if (outputGrad)
      for (int64_t to : attention.further)
        mean = rounded(mean + rounded(outputGrad[at[2] + to] * output[at[2] + to]));
    for (auto [s, source] : llvm::enumerate(attention.sources)) {
      for (int64_t place : attention.visible(source, at[0])) {
        double weight = std::exp(attention.score(source, s, place, at) - lse[row]);
        int64_t valueAt = at[4 + 2 * s] + place * source.valueStep;
        double byWeight = 0;
        if (outputGrad)
          for (auto [to, from] : llvm::zip(llvm::reverse(attention.further), llvm::reverse(source.further))) {
            byWeight = rounded(byWeight + rounded(outputGrad[at[2] + to] * attention.values[s][valueAt + from]));
            if (sinks.values[s])
              sinks.values[s][valueAt + from] += weight * outputGrad[at[2] + to];
          }
        double byScore = attention.scale * weight * (byWeight - mean);
        int64_t keyAt = at[3 + 2 * s] + place * source.keyStep;
        for (int64_t i = 0; i < attention.width; ++i) {
          int64_t q = at[1] + i * attention.queryContracted, k = keyAt + i * source.keyContracted;
          if (sinks.query)
            sinks.query[q] += byScore * attention.keys[s][k];
          if (sinks.keys[s])
            sinks.keys[s][k] += byScore * attention.query[q];
        }
      }
    }
  });
}

void braid::ref::evaluate(AttendOp op, Evaluator &eval) {
  Attention attention = Attention::of(op, eval);
  Tensor output = eval.zerosFor(op.getOutput()), lse = eval.zerosFor(op.getLse());
  computeRows(attention, output.data.data(), lse.data.data());
  eval.bind(op.getOutput(), std::move(output));
  eval.bind(op.getLse(), std::move(lse));
}

void braid::ref::backward(AttendOp op, const Evaluator &eval, Tape &tape) {
  Attention attention = Attention::of(op, eval);
  AttentionSinks sinks{tape.sink(op.getQuery()), {}, {}};
  for (Value key : op.getKeys())
    sinks.keys.push_back(tape.sink(key));
  for (Value value : op.getValues())
    sinks.values.push_back(tape.sink(value));
  addGradients(attention, eval[op.getOutput()].data.data(), eval[op.getLse()].data.data(),
               tape.gradient(op.getOutput()), tape.gradient(op.getLse()), sinks);
}

void braid::ref::evaluate(AttendGradOp op, Evaluator &eval) {
  Attention attention = Attention::of(op, eval);
  std::vector<Tensor> results;
  for (Value result : op.getResults())
    results.push_back(eval.zerosFor(result));
  // The results are the query's gradient, the keys' and the values'.
  AttentionSinks sinks{results[0].data.data(), {}, {}};
  size_t keyGrads = op.getKeyGrads().size(), valueGrads = op.getValueGrads().size();
  for (size_t s = 0; s < op.getKeys().size(); ++s) {
    sinks.keys.push_back(s < keyGrads ? results[1 + s].data.data() : nullptr);
    sinks.values.push_back(s < valueGrads ? results[1 + keyGrads + s].data.data() : nullptr);
  }
  addGradients(attention, eval[op.getOutput()].data.data(), eval[op.getLse()].data.data(),
               eval[op.getOutputGrad()].data.data(), nullptr, sinks, eval.options.single);
  for (auto [value, tensor] : llvm::zip(op.getResults(), results))
    eval.bind(value, std::move(tensor));
}
