//===- State.cpp - what sequences remember from run to run ----------------===//

#include "braid/Runtime/State.h"
#include <cstring>
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

const char *State::rows(size_t part, int64_t sequence) const {
  const Group &group = groups[memory[part].group];
  int64_t first = group.before[size_t(sequence)] - kept(list[part], sequence);
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
  int64_t wanted = 0;
  bool full = false;
  for (int64_t s = 0; s < batch(); ++s) {
    int64_t before = group.before[size_t(s)],
            kept = group.past == BRAID_PAST_ALL ? before : std::min(before, group.past);
    full |= before + counts[s] > group.rows;
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
    return wanted <= group.rows || grow(number, std::max(wanted, 2 * group.past));
  }
  return grow(number, std::max(wanted, 2 * group.rows));
}

void State::restart(int64_t sequence) {
  position[size_t(sequence)] = 0;
  for (Group &group : groups)
    group.before[size_t(sequence)] = 0;
}

bool State::reserve(int64_t tokens) {
  for (size_t i = 0; i < groups.size(); ++i)
    if (int64_t rows = groups[i].past == BRAID_PAST_ALL ? tokens : std::min(tokens, 2 * groups[i].past);
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
  position = positions;
  for (size_t i = 0; i < groups.size(); ++i) {
    Group &group = groups[i];
    std::fill(group.before.begin(), group.before.end(), 0);
    int64_t most = 0;
    for (int64_t tokens : positions)
      most = std::max(most, group.past == BRAID_PAST_ALL ? tokens : std::min(tokens, group.past));
    if (most > group.rows && !grow(i, most))
      return false;
    for (size_t s = 0; s < positions.size(); ++s)
      group.before[s] = group.past == BRAID_PAST_ALL ? positions[s] : std::min(positions[s], group.past);
  }
  return true;
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
  std::vector<int64_t> first(position.size(), 0);
  std::vector<void *> external(run.external, run.external + program.num_externals);
  std::vector<braid_past> past(external.size());
  size_t part = 0;
  for (size_t i = 0; i < external.size(); ++i) {
    if (!program.externals[i].past)
      continue;
    if (part == list.size() || program.texts + program.externals[i].path != list[part].path)
      return runner.context().fail("the state is another program's");
    const Group &group = groups[memory[part].group];
    past[i] = {group.rows, group.before.data()};
    external[i] = memory[part++].data.get();
  }
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
      group.before[s] += run.rows.count[s];
  }
  return 0;
}
