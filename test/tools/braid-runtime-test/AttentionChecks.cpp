//===- AttentionChecks.cpp - attention and its gradient against loops -----===//

#include "Checks.h"
#include "lib/Runtime/Calls.h"
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <memory>

using namespace braid::test;

namespace {

/// Which segment a position of a sequence is in.
using SegmentOf = int32_t (*)(int64_t sequence, int64_t position);

/// Documents of uneven lengths, the first ones short; in every sequence others.
int32_t packed(int64_t sequence, int64_t position) {
  int32_t number = 0;
  for (int64_t end = 3 + sequence; end <= position; end += 5 + 23 * (++number % 5))
    ;
  return number;
}
/// Integers in no order, some of them negative.
int32_t scattered(int64_t sequence, int64_t position) {
  return int32_t((position * 7919 + sequence * 104729) % 31 % 5) - 2;
}

/// Whether a position of a sequence is marked.
using IsMarked = bool (*)(int64_t sequence, int64_t position);
bool oneInThree(int64_t sequence, int64_t position) { return (position * 31 + sequence * 7) % 3 == 1; }
/// None in the second sequence, and long stretches without one.
bool seldom(int64_t sequence, int64_t position) { return sequence != 1 && position % 90 < 5; }

struct Source {
  bool slots = false;
  int64_t mask = 0, window = 0, count = 0;
  SegmentOf segment = nullptr;
  int64_t chunk = 0, span = 0;
  IsMarked mark = nullptr;
};

struct Case {
  const char *name;
  int64_t batch, time, heads, group, d, e;
  std::vector<Source> sources;
  int64_t start = 0; ///< position of the first row
};

/// Whether the query in row i of a sequence sees row j, as the documentation of masks says it.
bool sees(const Source &source, int64_t start, int64_t sequence, int64_t i, int64_t j, int64_t count) {
  auto allowed = [&](int64_t x) {
    if (source.slots)
      return true;
    if (source.segment && source.segment(sequence, x) != source.segment(sequence, i))
      return false;
    if (source.mark && !source.mark(sequence, x))
      return false;
    if (source.chunk && (start + x) / source.chunk != (start + i) / source.chunk)
      return false;
    switch (source.mask) {
    case BRAID_MASK_CAUSAL: return x <= i;
    case BRAID_MASK_STRICT: return x < i;
    case BRAID_MASK_EARLIER: return (start + x) / source.span < (start + i) / source.span;
    default: return true;
    }
  };
  if (!allowed(j))
    return false;
  if (!source.window)
    return true;
  int64_t newer = 0; // allowed positions after j
  for (int64_t x = j + 1; x < count; ++x)
    newer += allowed(x);
  return newer < source.window;
}

class Check {
public:
  /// `accumulate`: gradients of keys and values are added to what is there.
  Check(const Case &c, int64_t dtype, int threads, bool accumulate = false)
      : c(c), accumulate(accumulate), tokens(c.batch * c.time), rows(tokens * c.heads * c.group),
        call(c.batch, c.time, threads), all(c.batch, c.time), q(rows * c.d, dtype, 1), output(rows * c.e, dtype, 2),
        lse(rows, BRAID_F32, 3), outputGrad(rows * c.e, dtype, 4), queryGrad(rows * c.d, dtype, 5) {
    int64_t seed = 10;
    for (const Source &source : c.sources) {
      segments.emplace_back();
      for (int64_t token = 0; source.segment && token < tokens; ++token)
        segments.back().push_back(source.segment(token / c.time, token % c.time));
      marks.emplace_back();
      for (int64_t token = 0; source.mark && token < tokens; ++token)
        marks.back().push_back(source.mark(token / c.time, token % c.time));
    }
    for (const Source &source : c.sources) {
      int64_t positions = (source.slots ? source.count : tokens) * c.heads;
      for (auto *list : {&k, &kGrad})
        list->push_back(std::make_unique<Numbers>(positions * c.d, dtype, seed++));
      for (auto *list : {&v, &vGrad})
        list->push_back(std::make_unique<Numbers>(positions * c.e, dtype, seed++));
    }
    buildTable();
    std::fill(all.start.begin(), all.start.end(), c.start);
    call.setRows(all);
  }
  Check(const Check &) = delete; // `all` is pointed to

  void run(const std::string &format) {
    reference();
    call.expectSuccess(braid::rt::attend(call.context(), c.name, call.table()));
    std::string name = std::string("attention ") + c.name + " " + format;
    double unit = 20 * output.roundoff() + 2e-6;
    report(name + " output", distance(output, wantOutput), 2 * output.roundoff() + 1e-6);
    report(name + " lse", distance(lse, wantLse), 4e-6);
    // The gradient starts from what forward stored, as in a training step.
    call.expectSuccess(braid::rt::attendGrad(call.context(), c.name, call.table()));
    report(name + " query gradient", distance(queryGrad, wantQuery), unit);
    for (size_t s = 0; s < c.sources.size(); ++s) {
      double many = std::sqrt(c.sources[s].slots ? double(rows) : 1.0);
      report(name + " key gradient " + std::to_string(s), distance(*kGrad[s], wantKey[s]), unit * many);
      report(name + " value gradient " + std::to_string(s), distance(*vGrad[s], wantValue[s]), unit * many);
    }
  }

  /// All results as bytes, to compare runs.
  std::vector<char> results() {
    braid::rt::attend(call.context(), c.name, call.table());
    braid::rt::attendGrad(call.context(), c.name, call.table());
    std::vector<char> bytes;
    auto append = [&](Numbers &numbers) {
      const char *data = static_cast<char *>(numbers.data());
      bytes.insert(bytes.end(), data, data + numbers.size() * braid_dtype_bytes(numbers.dtype()));
    };
    append(output);
    append(queryGrad);
    for (size_t s = 0; s < k.size(); ++s) {
      append(*kGrad[s]);
      append(*vGrad[s]);
    }
    return bytes;
  }

  /// One token's query, key, value or output gradient is not finite: what does not see it keeps its bits, forward and
  /// backward.
  void checkIsolation(const std::string &format) {
    const std::vector<char> clean = results();
    const Mark marks = untouched();
    std::string worst;
    int64_t kept = 0;
    for (int which = 0; which < 4; ++which)
      for (float value : {NAN, INFINITY, -INFINITY}) {
        std::vector<Numbers *> touched;
        if (which == 1 || which == 2)
          for (size_t s = 0; s < k.size(); ++s)
            if (!c.sources[s].slots)
              touched.push_back(which == 1 ? k[s].get() : v[s].get());
        if (which == 0 || which == 3)
          touched.push_back(which == 0 ? &q : &outputGrad);
        std::vector<Numbers> before;
        for (Numbers *numbers : touched) {
          before.push_back(*numbers);
          int64_t width = numbers->size() / tokens;
          for (int64_t x = 0; x < width; ++x)
            numbers->set(sick() * width + x, value);
        }
        const std::vector<char> got = results();
        for (size_t i = 0; i < touched.size(); ++i)
          *touched[i] = before[i];
        kept = 0;
        for (size_t i = 0; i < clean.size(); ++i) {
          kept += marks[i];
          if (marks[i] && got[i] != clean[i])
            worst = std::to_string(which);
        }
      }
    report(std::string("attention ") + c.name + " " + format + " isolated" + worst, worst.empty() && kept ? 0 : 1, 0);
  }

  /// In pieces of every sequence, one after another, and backward the other way round: what the whole gives.
  void checkPieces(const std::string &format) {
    results();
    Check other(c, q.dtype(), 2, true);
    for (auto *list : {&other.kGrad, &other.vGrad})
      for (auto &numbers : *list)
        for (int64_t i = 0; i < numbers->size(); ++i)
          numbers->set(i, 0);
    const int pieces = 4;
    std::vector<Rows> rowsOf;
    for (int piece = 0; piece < pieces; ++piece) {
      rowsOf.emplace_back(c.batch, c.time);
      std::fill(rowsOf.back().start.begin(), rowsOf.back().start.end(), c.start);
      for (int64_t s = 0; s < c.batch; ++s) {
        auto boundary = [&](int64_t i) {
          return i == pieces ? c.time : (i * (c.time + 7 * s) / pieces + 3 * i * s) % (c.time + 1);
        };
        std::vector<int64_t> ends;
        for (int64_t i = 1; i < pieces; ++i)
          ends.push_back(boundary(i));
        std::sort(ends.begin(), ends.end());
        ends.insert(ends.begin(), 0);
        ends.push_back(c.time);
        rowsOf.back().first[size_t(s)] = ends[size_t(piece)];
        rowsOf.back().count[size_t(s)] = ends[size_t(piece) + 1] - ends[size_t(piece)];
      }
    }
    for (Rows &piece : rowsOf) {
      other.call.setRows(piece);
      other.call.expectSuccess(braid::rt::attend(other.call.context(), c.name, other.call.table()));
    }
    for (size_t piece = pieces; piece-- > 0;) {
      other.call.setRows(rowsOf[piece]);
      other.call.expectSuccess(braid::rt::attendGrad(other.call.context(), c.name, other.call.table()));
    }
    compare(other, std::string("attention in pieces ") + c.name + " " + format, q.roundoff() > 1e-4 ? 4 : 1);
  }

  /// The first `count` rows of one sequence alone: what a sequence of that length gives; the rows behind them stay.
  void checkPrefix(const std::string &format) {
    Case shorter = c;
    shorter.time = c.time * 2 / 3;
    Check other(shorter, q.dtype(), 2);
    other.results();
    Rows prefix(1, c.time);
    prefix.start[0] = c.start;
    prefix.count[0] = shorter.time;
    call.setRows(prefix);
    std::vector<char> before;
    auto behind = [&](Numbers &numbers, int64_t begin) {
      const char *data = static_cast<char *>(numbers.data());
      return std::vector<char>(data + begin * braid_dtype_bytes(numbers.dtype()),
                               data + numbers.size() * braid_dtype_bytes(numbers.dtype()));
    };
    auto all = [&] {
      std::vector<char> bytes;
      auto append = [&](Numbers &mine, Numbers &theirs) {
        std::vector<char> more = behind(mine, theirs.size());
        bytes.insert(bytes.end(), more.begin(), more.end());
      };
      append(output, other.output);
      append(queryGrad, other.queryGrad);
      for (size_t s = 0; s < k.size(); ++s) {
        append(*kGrad[s], *other.kGrad[s]);
        append(*vGrad[s], *other.vGrad[s]);
      }
      return bytes;
    };
    before = all();
    results();
    std::string name = std::string("attention of a prefix ") + c.name + " " + format;
    report(name + " leaves the rest", all() == before ? 0 : 1, 0);
    other.compare(*this, name, 0);
  }

  bool isCausal() const {
    return std::all_of(c.sources.begin(), c.sources.end(),
                       [](const Source &source) { return source.slots || source.mask != 2; });
  }

private:
  /// What `got` has in the place of this one's results.
  void compare(Check &got, const std::string &name, double units) {
    auto difference = [](Numbers &want, Numbers &found) {
      double worst = 0;
      for (int64_t i = 0; i < want.size(); ++i) {
        double a = want[i], b = found[i];
        if (!(a == b))
          worst = std::max(worst, std::isfinite(a - b) ? std::fabs(a - b) / (1 + std::fabs(a)) : INFINITY);
      }
      return worst;
    };
    double unit = units * (20 * q.roundoff() + 2e-6);
    report(name + " output", difference(output, got.output), unit);
    report(name + " lse", difference(lse, got.lse), 4e-6 * units);
    report(name + " query gradient", difference(queryGrad, got.queryGrad), unit);
    for (size_t s = 0; s < k.size(); ++s) {
      report(name + " key gradient " + std::to_string(s), difference(*kGrad[s], *got.kGrad[s]), unit);
      report(name + " value gradient " + std::to_string(s), difference(*vGrad[s], *got.vGrad[s]), unit);
    }
  }

  using Mark = std::vector<bool>;
  /// A token in the middle of a sequence, next to the end of a tile where there are several.
  int64_t sick() const { return (c.batch - 1) * c.time + (c.time > 64 ? 63 : c.time / 2); }
  bool seesToken(const Source &source, int64_t query, int64_t key) const {
    return !source.slots && query / c.time == key / c.time &&
           sees(source, c.start, query / c.time, query % c.time, key % c.time, c.time);
  }

  /// Which bytes of results() the sick token cannot reach.
  Mark untouched() const {
    auto anySource = [&](auto holds) { return std::any_of(c.sources.begin(), c.sources.end(), holds); };
    std::vector<bool> healthy(static_cast<size_t>(tokens)); // as queries
    for (int64_t i = 0; i < tokens; ++i)
      healthy[size_t(i)] = i != sick() && !anySource([&](const Source &s) { return seesToken(s, i, sick()); });
    Mark mark;
    auto append = [&](const Numbers &numbers, int64_t positions, auto isHealthy) {
      int64_t bytes = numbers.size() * braid_dtype_bytes(numbers.dtype()) / positions;
      for (int64_t i = 0; i < positions; ++i)
        mark.insert(mark.end(), size_t(bytes), isHealthy(i));
    };
    auto ofQuery = [&](int64_t i) { return bool(healthy[size_t(i)]); };
    append(output, tokens, ofQuery);
    append(queryGrad, tokens, ofQuery);
    for (size_t s = 0; s < k.size(); ++s) {
      auto ofKey = [&](int64_t j) {
        bool good = !c.sources[s].slots;
        for (int64_t i = 0; good && i < tokens; ++i)
          good = healthy[size_t(i)] || !seesToken(c.sources[s], i, j);
        return good;
      };
      append(*kGrad[s], c.sources[s].slots ? c.sources[s].count : tokens, ofKey);
      append(*vGrad[s], c.sources[s].slots ? c.sources[s].count : tokens, ofKey);
    }
    return mark;
  }

  double scale() const { return 1 / std::sqrt(double(c.d)); }

  void buildTable() {
    call.add(int64_t(c.sources.size())).add(c.heads).add(c.group).add(c.d).add(c.e);
    call.add(std::bit_cast<int64_t>(scale())).add(q).add(output).add(lse);
    for (size_t s = 0; s < c.sources.size(); ++s) {
      const Source &source = c.sources[s];
      call.add(source.slots)
          .add(source.mask + (source.segment ? BRAID_MASK_SEGMENT : 0) + (source.mark ? BRAID_MASK_ONLY : 0))
          .add(source.window)
          .add(source.chunk)
          .add(source.span)
          .add(source.count);
      call.add(*k[s]).add(*v[s]);
      if (source.segment)
        call.addBase(segments[s].data());
      if (source.mark)
        call.addBase(marks[s].data());
    }
    call.add(accumulate).add(outputGrad).add(queryGrad);
    for (size_t s = 0; s < c.sources.size(); ++s)
      call.add(*kGrad[s]).add(*vGrad[s]);
  }

  /// For every row: softmax over all visible positions, output, and the gradients by the textbook formulas.
  void reference() {
    wantOutput.assign(size_t(rows * c.e), 0);
    wantLse.assign(size_t(rows), -INFINITY);
    wantQuery.assign(size_t(rows * c.d), 0);
    for (size_t s = 0; s < c.sources.size(); ++s) {
      wantKey.emplace_back(size_t(k[s]->size()));
      wantValue.emplace_back(size_t(v[s]->size()));
    }
    for (int64_t token = 0; token < tokens; ++token)
      for (int64_t h = 0; h < c.heads; ++h)
        for (int64_t g = 0; g < c.group; ++g)
          referenceRow(token, h, (token * c.heads + h) * c.group + g);
  }

  struct Visible {
    size_t source;
    int64_t row;
    double score;
  };

  void referenceRow(int64_t token, int64_t h, int64_t row) {
    int64_t first = token / c.time * c.time;
    std::vector<Visible> seen;
    for (size_t s = 0; s < c.sources.size(); ++s) {
      const Source &source = c.sources[s];
      int64_t count = source.slots ? source.count : c.time;
      for (int64_t j = 0; j < count; ++j)
        if (sees(source, c.start, token / c.time, token - first, j, count)) {
          int64_t keyRow = ((source.slots ? 0 : first) + j) * c.heads + h;
          double score = 0;
          for (int64_t x = 0; x < c.d; ++x)
            score += q[row * c.d + x] * (*k[s])[keyRow * c.d + x];
          seen.push_back({s, keyRow, score * scale()});
        }
    }
    double most = -INFINITY, sum = 0;
    for (const Visible &one : seen)
      most = std::max(most, one.score);
    for (const Visible &one : seen)
      sum += std::exp(one.score - most);
    if (seen.empty())
      return;
    wantLse[size_t(row)] = most + std::log(sum);
    double *out = &wantOutput[size_t(row * c.e)];
    for (const Visible &one : seen)
      for (int64_t x = 0; x < c.e; ++x)
        out[x] += std::exp(one.score - most) / sum * (*v[one.source])[one.row * c.e + x];
    double mean = 0;
    for (int64_t x = 0; x < c.e; ++x)
      mean += out[x] * outputGrad[row * c.e + x];
    for (const Visible &one : seen) {
      double p = std::exp(one.score - most) / sum, dp = 0;
      for (int64_t x = 0; x < c.e; ++x) {
        dp += outputGrad[row * c.e + x] * (*v[one.source])[one.row * c.e + x];
        wantValue[one.source][size_t(one.row * c.e + x)] += p * outputGrad[row * c.e + x];
      }
      double ds = p * (dp - mean) * scale();
      for (int64_t x = 0; x < c.d; ++x) {
        wantQuery[size_t(row * c.d + x)] += ds * (*k[one.source])[one.row * c.d + x];
        wantKey[one.source][size_t(one.row * c.d + x)] += ds * q[row * c.d + x];
      }
    }
  }

  const Case &c;
  bool accumulate;
  int64_t tokens, rows;
  Call call;
  Rows all;
  Numbers q, output, lse, outputGrad, queryGrad;
  std::vector<std::vector<int32_t>> segments; // by source, of all tokens
  std::vector<std::vector<float>> marks;
  std::vector<std::unique_ptr<Numbers>> k, v, kGrad, vGrad;
  std::vector<double> wantOutput, wantLse, wantQuery;
  std::vector<std::vector<double>> wantKey, wantValue;
};

} // namespace

void braid::test::checkAttention() {
  const Case cases[] = {
      {"causal", 2, 130, 3, 1, 32, 32, {{}}},
      {"one token", 3, 1, 2, 1, 16, 16, {{}}},
      {"a few tokens", 2, 4, 3, 1, 20, 12, {{}}},
      {"a few tokens, many lanes, slots",
       2,
       3,
       8,
       5,
       24,
       17,
       {{false, 1, 2}, {true, 2, 0, 150}, {false, 0, 0, 0, packed}}},
      {"a few tokens, only", 3, 4, 2, 2, 16, 16, {{false, 0, 0, 0, nullptr, 0, 0, seldom}}},
      {"odd widths", 2, 67, 2, 1, 20, 7, {{}}},
      {"grouped", 1, 70, 2, 3, 64, 64, {{}}},
      {"window", 1, 200, 2, 1, 16, 48, {{false, 0, 9}}},
      {"strict", 2, 66, 1, 2, 16, 16, {{false, 1}}},
      {"strict window", 1, 150, 1, 1, 24, 16, {{false, 1, 65}}},
      {"all", 2, 65, 2, 1, 16, 16, {{false, 2}}},
      {"all, newest", 1, 90, 2, 1, 16, 16, {{false, 2, 30}}},
      {"slots", 2, 75, 3, 2, 16, 24, {{true, 2, 0, 70}}},
      {"tokens and slots", 3, 70, 2, 1, 40, 40, {{false, 0, 20}, {true, 2, 0, 5}}},
      {"two histories and slots", 2, 129, 2, 2, 16, 16, {{false, 1, 0}, {true, 2, 0, 3}, {false, 0, 4}}},
      {"segments", 2, 300, 2, 1, 32, 32, {{false, 0, 0, 0, packed}}},
      {"segments, grouped, window", 2, 199, 1, 3, 16, 24, {{false, 0, 11, 0, packed}}},
      {"segments, strict window", 2, 150, 1, 1, 16, 16, {{false, 1, 7, 0, packed}}},
      {"segments, all", 2, 200, 1, 1, 16, 16, {{false, 2, 0, 0, packed}}},
      {"segments, all, newest", 2, 131, 1, 1, 16, 16, {{false, 2, 9, 0, packed}}},
      {"scattered segments", 2, 140, 2, 2, 16, 16, {{false, 0, 0, 0, scattered}}},
      {"scattered segments, window", 2, 140, 1, 1, 16, 16, {{false, 0, 3, 0, scattered}}},
      {"scattered segments, all, newest", 2, 140, 1, 1, 16, 16, {{false, 2, 4, 0, scattered}}},
      {"segments, tokens and slots",
       2,
       130,
       2,
       1,
       16,
       16,
       {{false, 1, 0, 0, packed}, {true, 2, 0, 5}, {false, 0, 6, 0, scattered}, {false, 0, 9}}},
      {"chunk", 2, 150, 2, 1, 16, 16, {{false, 0, 0, 0, nullptr, 40}}},
      {"chunk of one", 1, 70, 1, 1, 16, 16, {{false, 0, 0, 0, nullptr, 1}}},
      {"strict, chunk, window", 2, 199, 1, 2, 16, 24, {{false, 1, 9, 0, nullptr, 67}}},
      {"all, chunk", 2, 131, 2, 1, 16, 16, {{false, 2, 0, 0, nullptr, 50}}},
      {"all, chunk, newest", 2, 131, 1, 1, 16, 16, {{false, 2, 20, 0, nullptr, 50}}},
      {"earlier", 2, 160, 2, 1, 16, 16, {{false, 3, 0, 0, nullptr, 0, 48}}},
      {"earlier, window", 2, 260, 1, 1, 16, 16, {{false, 3, 100, 0, nullptr, 0, 64}}},
      {"earlier, window less than a chunk", 1, 150, 1, 1, 16, 16, {{false, 3, 10, 0, nullptr, 0, 33}}},
      {"earlier in a larger chunk", 1, 200, 1, 1, 16, 16, {{false, 3, 0, 0, nullptr, 90, 30}}},
      {"this chunk and the one before",
       2,
       190,
       2,
       2,
       16,
       16,
       {{false, 0, 0, 0, nullptr, 64}, {false, 3, 64, 0, nullptr, 0, 64}}},
      {"chunk and earlier, from a position in a chunk",
       2,
       140,
       1,
       1,
       16,
       16,
       {{false, 0, 0, 0, nullptr, 40}, {false, 3, 30, 0, nullptr, 0, 40}, {false, 2, 9, 0, nullptr, 40}},
       27},
      {"only", 2, 140, 2, 1, 16, 16, {{false, 0, 0, 0, nullptr, 0, 0, oneInThree}}},
      {"only a few", 3, 200, 1, 2, 16, 16, {{false, 0, 0, 0, nullptr, 0, 0, seldom}}},
      {"only, window", 2, 300, 1, 1, 16, 16, {{false, 0, 7, 0, nullptr, 0, 0, seldom}}},
      {"only, strict, chunk", 2, 140, 1, 1, 16, 16, {{false, 1, 0, 0, nullptr, 50, 0, oneInThree}}},
      {"only, all, newest", 2, 140, 1, 1, 16, 16, {{false, 2, 11, 0, nullptr, 0, 0, oneInThree}}},
      {"only, earlier, window", 2, 220, 1, 1, 16, 16, {{false, 3, 9, 0, nullptr, 0, 40, oneInThree}}},
      {"segments, chunk, window", 2, 220, 1, 1, 16, 16, {{false, 0, 9, 0, packed, 70}}, 13},
      {"segments, earlier", 2, 220, 1, 2, 16, 16, {{false, 3, 0, 0, packed, 0, 16}}},
      {"scattered segments, only, window", 2, 150, 1, 1, 16, 16, {{false, 0, 4, 0, scattered, 0, 0, oneInThree}}},
      {"scattered segments, all, chunk, only, newest",
       2,
       150,
       1,
       1,
       16,
       16,
       {{false, 2, 4, 0, scattered, 33, 0, oneInThree}},
       7},
  };
  for (const Case &one : cases) {
    Check(one, BRAID_F32, 2).run("f32");
    Check(one, BRAID_BF16, 2).run("bf16");
    Check(one, BRAID_F32, 2).checkIsolation("f32");
    Check(one, BRAID_BF16, 2).checkIsolation("bf16");
    for (auto [dtype, format] : {std::pair<int64_t, const char *>(BRAID_F32, "f32"), {BRAID_BF16, "bf16"}}) {
      if (Check(one, dtype, 2).isCausal())
        Check(one, dtype, 2).checkPieces(format);
      Case single = one;
      single.batch = 1;
      if (single.time > 2)
        Check(single, dtype, 2).checkPrefix(format);
    }
  }
  // The same bits on every run with the same threads; forward with any.
  bool same = Check(cases[11], BRAID_F32, 2).results() == Check(cases[11], BRAID_F32, 2).results();
  report("attention repeats its bits", same ? 0 : 1, 0);
  // One segment throughout changes no bit.
  Case whole = cases[0], one = cases[0];
  one.sources[0].segment = [](int64_t, int64_t) -> int32_t { return 7; };
  report("attention in one segment", Check(whole, BRAID_F32, 2).results() == Check(one, BRAID_F32, 2).results() ? 0 : 1,
         0);
  Check(cases[0], BRAID_F32, 1).run("f32, one thread");
  Check(cases[10], BRAID_F32, 5).run("f32, five threads");
}
