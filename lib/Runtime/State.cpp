//===- State.cpp - what sequences remember from run to run ----------------===//

#include "braid/Runtime/State.h"
#include <algorithm>
#include <cstring>
#include <limits>
#include <new>

using namespace braid::rt;

State::State(const braid_program &program, int64_t batch) : position(size_t(batch), 0) {
  for (int64_t i = 0; i < program.num_externals; ++i) {
    const braid_external &external = program.externals[i];
    if (!external.past)
      continue;
    size_t group = 0;
    while (group < groups.size() && groups[group].past != external.past)
      ++group;
    if (group == groups.size())
      groups.push_back({external.past, 0, position});
    list.push_back({program.texts + external.path, external.numbers, external.dtype, external.past});
    memory.push_back({group, nullptr});
  }
}

std::unique_ptr<State> State::copy() const {
  braid_program none = {};
  auto result = std::make_unique<State>(none, batch());
  result->position = position;
  result->list = list;
  result->groups = groups;
  for (size_t i = 0; i < list.size(); ++i) {
    size_t bytes = size_t(batch() * groups[memory[i].group].rows * rowBytes(i));
    result->memory.push_back({memory[i].group, std::unique_ptr<char[]>(new (std::nothrow) char[bytes])});
    if (!result->memory.back().data)
      return nullptr;
    if (bytes)
      std::memcpy(result->memory.back().data.get(), memory[i].data.get(), bytes);
  }
  return result;
}

int64_t State::rowsKept(int64_t past, int64_t tokens) {
  return past == BRAID_PAST_ALL ? tokens : past == BRAID_PAST_CARRY ? tokens > 0 : std::min(past, tokens);
}

const char *State::rows(size_t part, int64_t sequence) const {
  const Group &group = groups[memory[part].group];
  int64_t before = group.before[size_t(sequence)];
  int64_t first = group.past == BRAID_PAST_CARRY ? before : before - kept(list[part], sequence);
  return memory[part].data.get() + (sequence * group.rows + first) * rowBytes(part);
}

bool State::grow(size_t number, int64_t rows) {
  Group &group = groups[number];
  for (size_t part = 0; part < list.size(); ++part) {
    if (memory[part].group != number)
      continue;
    int64_t row = rowBytes(part), bytes = 0;
    if (__builtin_mul_overflow(batch() * row, rows, &bytes))
      return false;
    // Pages that nothing is written to cost nothing: no zeros.
    std::unique_ptr<char[]> data(new (std::nothrow) char[size_t(bytes)]);
    if (!data)
      return false;
    for (int64_t s = 0; s < batch() && memory[part].data; ++s)
      std::memcpy(data.get() + s * rows * row, memory[part].data.get() + s * group.rows * row,
                  size_t(group.before[size_t(s)] * row));
    memory[part].data = std::move(data);
    // The others are not as large until all are: what is copied is what the group says.
  }
  group.rows = rows;
  return true;
}

bool State::makeRoom(Group &group, size_t number, const int64_t *counts) {
  if (group.past == BRAID_PAST_CARRY)
    return group.rows == carryRows || grow(number, carryRows);
  int64_t wanted = 0;
  bool full = false;
  for (int64_t s = 0; s < batch(); ++s) {
    int64_t before = group.before[size_t(s)],
            kept = group.past == BRAID_PAST_ALL ? before : std::min(before, group.past);
    full |= before + counts[s] > group.rows || !group.rows;
    wanted = std::max(wanted, kept + counts[s]);
  }
  if (!full)
    return true;
  if (group.past != BRAID_PAST_ALL) {
    // Only the newest rows stay.
    for (int64_t s = 0; s < batch(); ++s) {
      int64_t &before = group.before[size_t(s)], kept = std::min(before, group.past);
      for (size_t part = 0; part < list.size() && kept < before; ++part)
        if (memory[part].group == number) {
          int64_t row = rowBytes(part);
          char *base = memory[part].data.get() + s * group.rows * row;
          std::memmove(base, base + (before - kept) * row, size_t(kept * row));
        }
      before = kept;
    }
    // Twice the rows: they move once in as many tokens.
    return (wanted <= group.rows && group.rows) || grow(number, std::max(wanted, 2 * group.past));
  }
  return grow(number, std::max<int64_t>({1, wanted, 2 * group.rows}));
}

void State::restart(int64_t sequence) {
  position[size_t(sequence)] = 0;
  for (Group &group : groups)
    group.before[size_t(sequence)] = 0;
}

bool State::reserve(int64_t tokens) {
  for (size_t i = 0; i < groups.size(); ++i)
    if (int64_t rows = groups[i].past == BRAID_PAST_ALL     ? tokens
                       : groups[i].past == BRAID_PAST_CARRY ? carryRows
                                                            : std::min(tokens, 2 * groups[i].past);
        rows > groups[i].rows && !grow(i, rows))
      return false;
  return true;
}

int64_t State::bytes() const {
  int64_t sum = 0;
  for (size_t part = 0; part < list.size(); ++part)
    sum += batch() * groups[memory[part].group].rows * rowBytes(part);
  return sum;
}

bool State::restore(const std::vector<int64_t> &positions) {
  for (size_t i = 0; i < groups.size(); ++i) {
    int64_t most = groups[i].past == BRAID_PAST_CARRY ? carryRows : 0;
    for (int64_t tokens : positions)
      most = std::max(most, rowsKept(groups[i].past, tokens));
    if (most > groups[i].rows && !grow(i, most))
      return false;
  }
  position = positions;
  for (Group &group : groups)
    for (size_t s = 0; s < positions.size(); ++s)
      group.before[s] = group.past == BRAID_PAST_CARRY ? 0 : rowsKept(group.past, positions[s]);
  return true;
}

/// What comes before the rows: a mark, what the program remembers, and positions.
std::vector<int64_t> State::headOf(const std::vector<int64_t> &positions) const {
  constexpr int64_t mark = 0x31657461745364ll; // "dState1"
  std::vector<int64_t> head = {mark, int64_t(positions.size()), int64_t(list.size())};
  for (const Part &part : list)
    head.insert(head.end(), {part.numbers, part.dtype, part.past});
  head.insert(head.end(), positions.begin(), positions.end());
  return head;
}

int64_t State::savedBytes() const {
  int64_t bytes = int64_t(headOf(position).size() * sizeof(int64_t));
  for (size_t part = 0; part < list.size(); ++part)
    for (int64_t s = 0; s < batch(); ++s)
      bytes += kept(list[part], s) * rowBytes(part);
  return bytes;
}

void State::save(char *to) const {
  std::vector<int64_t> head = headOf(position);
  std::memcpy(to, head.data(), head.size() * sizeof(int64_t));
  to += head.size() * sizeof(int64_t);
  for (size_t part = 0; part < list.size(); ++part)
    for (int64_t s = 0; s < batch(); ++s)
      if (int64_t bytes = kept(list[part], s) * rowBytes(part)) {
        std::memcpy(to, rows(part, s), size_t(bytes));
        to += bytes;
      }
}

std::string State::load(const char *from, int64_t size) {
  const std::string other = "what was saved is no state of this program and this many sequences";
  std::vector<int64_t> head = headOf(position), positions(position.size());
  int64_t bytes = int64_t(head.size() * sizeof(int64_t));
  if (size < bytes)
    return other;
  std::memcpy(positions.data(), from + bytes - int64_t(positions.size() * sizeof(int64_t)),
              positions.size() * sizeof(int64_t));
  std::vector<int64_t> wanted = headOf(positions);
  if (std::memcmp(wanted.data(), from, size_t(bytes)) != 0)
    return other;
  for (int64_t tokens : positions) {
    if (tokens < 0 || tokens > std::numeric_limits<int32_t>::max())
      return "a sequence of what was saved has " + std::to_string(tokens) + " tokens";
    for (size_t part = 0; part < list.size(); ++part) {
      int64_t rows = rowsKept(list[part].past, tokens);
      if (int64_t more = 0; __builtin_mul_overflow(rows, rowBytes(part), &more) || bytes > size - more)
        return "what was saved ends too early";
      else
        bytes += more;
    }
  }
  if (bytes != size)
    return "what was saved is longer than it says";
  if (!restore(positions))
    return "no memory for what is remembered";
  from += head.size() * sizeof(int64_t);
  for (size_t part = 0; part < list.size(); ++part)
    for (int64_t s = 0; s < batch(); ++s)
      if (int64_t more = kept(list[part], s) * rowBytes(part)) {
        std::memcpy(rows(part, s), from, size_t(more));
        from += more;
      }
  return {};
}

int32_t State::run(Runner &runner, const braid_program &program, const Run &run) {
  if (run.batch != batch())
    return runner.context().fail("the state is of " + std::to_string(batch()) + " sequences, the run of " +
                                 std::to_string(run.batch));
  for (int64_t s = 0; s < run.batch; ++s)
    if (run.rows.count[s] < 0 || run.rows.count[s] > run.rows.time)
      return runner.context().fail("sequence " + std::to_string(s) + " has " + std::to_string(run.rows.count[s]) +
                                   " of " + std::to_string(run.rows.time) + " tokens");
  for (size_t i = 0; i < groups.size(); ++i)
    if (!makeRoom(groups[i], i, run.rows.count))
      return runner.context().fail("no memory for what is remembered");
  const char *other = "the state is another program's";
  std::vector<int64_t> first(position.size(), 0);
  std::vector<void *> external(run.external, run.external + program.num_externals);
  std::vector<braid_past> past(external.size());
  size_t part = 0;
  for (size_t i = 0; i < external.size(); ++i) {
    if (!program.externals[i].past)
      continue;
    if (part == list.size() || program.texts + program.externals[i].path != list[part].path)
      return runner.context().fail(other);
    const Group &group = groups[memory[part].group];
    past[i] = {group.rows, group.before.data()};
    external[i] = memory[part++].data.get();
  }
  if (part != list.size())
    return runner.context().fail(other);
  Run own = run;
  own.rows.start = position.data();
  own.rows.first = first.data();
  own.external = external.data();
  own.past = past.data();
  if (int32_t failed = runner.run(program, own))
    return failed;
  for (size_t s = 0; s < position.size(); ++s) {
    position[s] += run.rows.count[s];
    for (Group &group : groups)
      if (group.past != BRAID_PAST_CARRY)
        group.before[s] += run.rows.count[s];
      else if (run.rows.count[s])
        group.before[s] = 1 - group.before[s];
  }
  return 0;
}
