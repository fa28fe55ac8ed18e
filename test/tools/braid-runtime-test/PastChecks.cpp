//===- PastChecks.cpp - runs that go on against runs of the whole ---------===//
//
// Sequences of different lengths in pieces at random, sequences that rest among them,
// through a State: the numbers of one run over the whole that remembers nothing.
//
//===----------------------------------------------------------------------===//

#include "Checks.h"
#include "braid/Runtime/ProgramCheck.h"
#include "braid/Runtime/State.h"
#include <bit>
#include <cmath>
#include <cstring>
#include <random>

using namespace braid::test;
using namespace braid::rt;

namespace {

constexpr int64_t heads = 2, group = 2, d = 5, e = 3, distance = 4;

struct Mask {
  const char *name;
  int64_t mask, window, chunk, span;
  int64_t past; ///< rows that it needs
};

enum Which { Q, K, V, Segment, Mark, Out, Lse, Delayed, Last, PastK, PastV, PastSegment, PastMark, PastDelay, Count };
constexpr int64_t widths[Count] = {
    heads * group * d, heads *d, heads *e, 1, 1,       heads *group *e, heads *group, heads *e, 1,
    heads *d,          heads *e, 1,        1, heads *e};
int64_t dtypeOf(int which) { return which == Segment || which == PastSegment ? BRAID_I32 : BRAID_F32; }

/// Writes 1 for each row at work.
void mark(void *const *args, const int64_t *, int64_t begin, int64_t end, const braid_rows *, char *) {
  std::fill(static_cast<float *>(args[0]) + begin, static_cast<float *>(args[0]) + end, 1.0f);
}

/// Attention under a mask, a delay, and a launch on the newest rows.
struct Program {
  std::vector<braid_external> externals;
  std::vector<braid_call> calls;
  std::vector<int64_t> tables;
  std::string texts;
  braid_kernel kernel = mark;

  Program(const Mask &mask, bool remembers) {
    for (int i = 0; i < (remembers ? Count : PastK); ++i) {
      int64_t past = i < PastK ? 0 : i == PastDelay ? distance : mask.past;
      externals.push_back({int64_t(texts.size()), past ? BRAID_PAST : BRAID_OUTPUT, widths[i], 1, dtypeOf(i), 0, past});
      texts += "e" + std::to_string(i) + '\0';
    }
    texts += '\0';
    auto typed = [](int i) { return std::vector<int64_t>{dtypeOf(i), BRAID_EXTERNAL, i}; };
    auto from = [&](int own, int past) { return typed(remembers ? past : own); };
    for (auto [own, past] : {std::pair(K, PastK), {V, PastV}, {Segment, PastSegment}, {Mark, PastMark}, {V, PastDelay}})
      if (remembers)
        call(BRAID_CALL_REMEMBER, {{widths[own]}, typed(own), typed(past)});
    std::vector<std::vector<int64_t>> table = {
        {1, heads, group, d, e, std::bit_cast<int64_t>(0.7)},  typed(Q),       typed(Out),    typed(Lse),
        {0, mask.mask, mask.window, mask.chunk, mask.span, 0}, from(K, PastK), from(V, PastV)};
    if (mask.mask & BRAID_MASK_SEGMENT)
      table.push_back({BRAID_EXTERNAL, remembers ? PastSegment : Segment});
    if (mask.mask & BRAID_MASK_ONLY)
      table.push_back({BRAID_EXTERNAL, remembers ? PastMark : Mark});
    call(BRAID_CALL_ATTEND, table);
    call(BRAID_CALL_DELAY, {{distance, widths[V]}, from(V, PastDelay), typed(Delayed)});
    call(BRAID_CALL_NEWEST, {});
    call(BRAID_CALL_LAUNCH, {{BRAID_TOKENS, 0, 0, 0, 1, BRAID_ARG_BUFFER, BRAID_EXTERNAL, Last}}, 0);
  }
  void call(int32_t kind, const std::vector<std::vector<int64_t>> &parts, int32_t kernelNumber = -1) {
    calls.push_back({kind, kernelNumber, 0, 0, int64_t(tables.size())});
    for (const std::vector<int64_t> &part : parts)
      tables.insert(tables.end(), part.begin(), part.end());
  }
  braid_program view() const {
    return {BRAID_ABI,
            "p",
            0,
            0,
            0,
            int64_t(externals.size()),
            int64_t(calls.size()),
            1,
            int64_t(tables.size()),
            int64_t(texts.size()),
            externals.data(),
            calls.data(),
            &kernel,
            tables.data(),
            texts.data()};
  }
};

/// A number for each of `width` in each of the rows of each sequence, 4 bytes each.
struct Values {
  std::vector<std::vector<uint32_t>> of{Count};
  int64_t time;
  Values(int64_t batch, int64_t time) : time(time) {
    for (int i = 0; i < PastK; ++i)
      of[size_t(i)].resize(size_t(batch * time * widths[i]));
  }
  uint32_t *at(int i, int64_t s, int64_t t) { return of[size_t(i)].data() + (s * time + t) * widths[i]; }
  std::vector<void *> addresses() {
    std::vector<void *> result;
    for (auto &values : of)
      result.push_back(values.data());
    return result;
  }
  void copyRow(int i, int64_t s, int64_t t, Values &other, int64_t otherRow) {
    std::memcpy(at(i, s, t), other.at(i, s, otherRow), size_t(widths[i]) * 4);
  }
};

void fill(Values &all, int64_t batch, std::mt19937 &draw) {
  auto real = [&] { return std::bit_cast<uint32_t>(float(draw()) / float(1u << 31) - 1); };
  for (int i : {Q, K, V})
    for (uint32_t &x : all.of[size_t(i)])
      x = real();
  for (int64_t s = 0; s < batch; ++s)
    for (int64_t t = 0, document = 0; t < all.time; ++t) {
      document += draw() % 23 == 0;
      *all.at(Segment, s, t) = uint32_t(document % 3);
      *all.at(Mark, s, t) = std::bit_cast<uint32_t>(draw() % 3 ? 0.0f : 1.0f);
    }
}

double differ(Values &got, Values &want, int64_t batch, const std::vector<int64_t> &lengths) {
  double worst = 0;
  for (int i : {Out, Lse, Delayed})
    for (int64_t s = 0; s < batch; ++s)
      for (int64_t t = 0; t < lengths[size_t(s)]; ++t)
        for (int64_t x = 0; x < widths[i]; ++x) {
          float a = std::bit_cast<float>(got.at(i, s, t)[x]), b = std::bit_cast<float>(want.at(i, s, t)[x]);
          if (a != b)
            worst = std::max(worst, std::isfinite(a) && std::isfinite(b) ? double(std::fabs(a - b)) : 1e9);
        }
  return worst;
}

void check(const Mask &mask, uint32_t seed) {
  constexpr int64_t batch = 3, time = 211;
  std::vector<int64_t> lengths = {time, 97, 160};
  std::mt19937 draw(seed);
  Values all(batch, time), got(batch, time);
  fill(all, batch, draw);
  Runner runner(2);
  Program whole(mask, false), pieces(mask, true);
  braid_program wholeView = whole.view(), view = pieces.view();
  std::vector<int64_t> zeros(batch, 0);
  int32_t failed =
      runner.run(wholeView, {batch, {time, zeros.data(), zeros.data(), lengths.data()}, 0, 0, all.addresses().data()});
  State state(view, batch);
  std::unique_ptr<State> copy;
  bool newestOnly = true;
  // Nobody has begun, and all rest.
  Values nothing(batch, 1);
  failed |= state.run(runner, view, {batch, {1, nullptr, nullptr, zeros.data()}, 0, 0, nothing.addresses().data()});
  for (std::vector<int64_t> done(batch, 0); done != lengths && !failed;) {
    int64_t most = draw() % 3 == 0 ? 1 : 1 + draw() % 90;
    std::vector<int64_t> count(batch);
    for (size_t s = 0; s < count.size(); ++s)
      count[s] = std::min<int64_t>(lengths[s] - done[s], draw() % uint32_t(most + 1));
    Values piece(batch, most);
    for (int64_t s = 0; s < batch; ++s)
      for (int64_t t = 0; t < count[size_t(s)]; ++t)
        for (int i : {Q, K, V, Segment, Mark})
          piece.copyRow(i, s, t, all, done[size_t(s)] + t);
    if (draw() % 4 == 0) { // what happens to a state does not touch its copy
      copy = state.copy();
      failed |=
          state.run(runner, view, {batch, {most, nullptr, nullptr, count.data()}, 0, 0, piece.addresses().data()});
      failed |= !state.restore(copy->positions());
      for (size_t part = 0; part < copy->parts().size(); ++part)
        for (int64_t s = 0; s < batch; ++s)
          std::memcpy(state.rows(part, s), copy->rows(part, s),
                      size_t(copy->kept(copy->parts()[part], s) * copy->parts()[part].numbers * 4));
      std::fill(piece.of[Last].begin(), piece.of[Last].end(), 0);
    }
    failed |= state.run(runner, view, {batch, {most, nullptr, nullptr, count.data()}, 0, 0, piece.addresses().data()});
    for (int64_t s = 0; s < batch; ++s) {
      for (int64_t t = 0; t < most; ++t)
        newestOnly &= (*piece.at(Last, s, t) != 0) == (t == count[size_t(s)] - 1);
      for (int64_t t = 0; t < count[size_t(s)]; ++t)
        for (int i : {Out, Lse, Delayed})
          got.copyRow(i, s, done[size_t(s)] + t, piece, t);
      done[size_t(s)] += count[size_t(s)];
    }
  }
  report(std::string("past ") + mask.name, failed ? 1e9 : differ(got, all, batch, lengths), 2e-6);
  report(std::string("past ") + mask.name + ": the newest rows alone", newestOnly ? 0 : 1, 0);
  if (mask.past != BRAID_PAST_ALL)
    report(std::string("past ") + mask.name + ": rows that are held",
           double(state.bytes()) / double(batch * 4 * (mask.past + 91) * (heads * (d + 2 * e) + 2)), 2.5);
}

void expectRefused(const char *text, int64_t past, void (*damage)(Program &)) {
  Program program({"", BRAID_MASK_CAUSAL, 0, 0, 0, past}, true);
  damage(program);
  std::string problem = problemOf(program.view());
  bool good = problem.find(text) != std::string::npos;
  report(std::string("past refused: ") + text + (good ? "" : ", not: " + problem), good ? 0 : 1, 0);
}

/// What a run says of pasts that do not fit.
void checkRuns() {
  Program program({"", BRAID_MASK_CAUSAL, 0, 0, 0, BRAID_PAST_ALL}, true);
  braid_program view = program.view();
  Values values(1, 8);
  for (int i = PastK; i < Count; ++i)
    values.of[size_t(i)].resize(size_t(16 * widths[i]));
  std::vector<void *> external = values.addresses();
  int64_t start = 4, first = 0, count = 8, before = 4, fewer = 3;
  std::vector<braid_past> good(Count, braid_past{16, &before});
  auto expect = [&](const char *text, const std::vector<braid_past> &past) {
    Runner runner(1);
    int32_t code =
        runner.run(view, {1, {8, &start, &first, &count}, 0, 0, external.data(), past.empty() ? nullptr : past.data()});
    std::string message = runner.context().message();
    bool right = *text ? code && message.find(text) != std::string::npos : code == 0;
    report(std::string("past of a run: ") + (*text ? text : "fits") + (right ? "" : ", not: " + message), right ? 0 : 1,
           0);
  };
  expect("", good);
  expect("has a past, and the run has none", {});
  auto bad = good;
  bad[PastK] = {16, &fewer};
  expect("`e9` has 3 rows before position 4 of sequence 0", bad);
  bad = good;
  bad[PastV].rows = 11;
  expect("room up to 12", bad);
  bad = good;
  bad[PastV].rows = 12;
  expect("room for 12 rows, others of its kind for 16", bad);
}

} // namespace

void braid::test::checkPast() {
  const Mask masks[] = {
      {"causal", BRAID_MASK_CAUSAL, 0, 0, 0, BRAID_PAST_ALL},
      {"strict", BRAID_MASK_STRICT, 0, 0, 0, BRAID_PAST_ALL},
      {"window", BRAID_MASK_CAUSAL, 9, 0, 0, 8},
      {"long window", BRAID_MASK_CAUSAL, 70, 0, 0, 69},
      {"strict window", BRAID_MASK_STRICT, 9, 0, 0, 9},
      {"chunk", BRAID_MASK_CAUSAL, 0, 16, 0, 15},
      {"window in a chunk", BRAID_MASK_CAUSAL, 5, 16, 0, 4},
      {"earlier", BRAID_MASK_EARLIER, 0, 0, 16, BRAID_PAST_ALL},
      {"earlier window", BRAID_MASK_EARLIER, 20, 0, 16, 35},
      {"segment", BRAID_MASK_CAUSAL | BRAID_MASK_SEGMENT, 0, 0, 0, BRAID_PAST_ALL},
      {"segment window", BRAID_MASK_CAUSAL | BRAID_MASK_SEGMENT, 6, 0, 0, BRAID_PAST_ALL},
      {"only window", BRAID_MASK_STRICT | BRAID_MASK_ONLY, 6, 0, 0, BRAID_PAST_ALL},
      {"segment and only in a chunk", BRAID_MASK_CAUSAL | BRAID_MASK_SEGMENT | BRAID_MASK_ONLY, 0, 32, 0, 31},
  };
  for (const Mask &mask : masks)
    for (uint32_t seed = 1; seed <= 3; ++seed)
      check(mask, seed);
  expectRefused("all or nothing has a past", BRAID_PAST_ALL, [](Program &p) { p.externals[PastV].past = 7; });
  expectRefused("what is remembered goes to a buffer with a past", 5, [](Program &p) { p.tables[6] = Q; });
  expectRefused("a buffer with a past is no operand here", 5, [](Program &p) { p.tables.back() = PastK; });
  expectRefused("external 9 of the program is damaged", 5, [](Program &p) { p.externals[PastK].past = -3; });
  expectRefused("external 0 of the program is damaged", 5, [](Program &p) { p.externals[Q].past = 3; });
  checkRuns();
}
