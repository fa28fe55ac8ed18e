//===- State.h - what sequences remember from run to run ------------------===//
//
// A program with externals of role BRAID_PAST goes on where an earlier run ended. A State
// has their memory: for each sequence the rows that later runs may look at, and how many
// tokens there have been. Rows of a sequence lie one behind the other; where only the
// newest are needed, they move to the front when there is no room behind them.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_RUNTIME_STATE_H
#define BRAID_RUNTIME_STATE_H

#include "braid/Runtime/Runner.h"
#include <memory>
#include <string>
#include <vector>

namespace braid::rt {

class State {
public:
  /// Of a program that has been checked, for `batch` sequences that have not begun.
  State(const braid_program &program, int64_t batch);
  /// A copy goes its own way. Null when there is no memory.
  std::unique_ptr<State> copy() const;

  int64_t batch() const { return int64_t(position.size()); }
  /// Tokens of each sequence so far.
  const std::vector<int64_t> &positions() const { return position; }

  /// Runs the program on the next tokens: `run.rows.count[s]` of sequence s (0: it rests), from row 0 of
  /// `run.rows.time`. `start`, `first` and `past` of the run are the state's, and so are the externals of role
  /// BRAID_PAST. On failure the state is as it was.
  int32_t run(Runner &runner, const braid_program &program, const Run &run);

  /// The sequence begins anew.
  void restart(int64_t sequence);
  /// Room for sequences of so many tokens; else it is made as it is needed. False when there is no memory.
  bool reserve(int64_t tokens);
  /// Bytes that are held.
  int64_t bytes() const;

  /// What is remembered under one path: rows [batch][kept()][numbers], of each sequence those before its position.
  struct Part {
    std::string path;
    int64_t numbers, dtype, past;
  };
  const std::vector<Part> &parts() const { return list; }
  /// Rows of a part of a sequence, of those that there were.
  int64_t kept(const Part &part, int64_t sequence) const { return rowsKept(part.past, position[size_t(sequence)]); }
  /// Rows that are kept of a sequence of so many tokens, by the `past` of an external.
  static int64_t rowsKept(int64_t past, int64_t tokens);
  /// The oldest of them; the others follow.
  const char *rows(size_t part, int64_t sequence) const;
  /// Sets the sequences' positions, and makes room for their rows, which are to be written through `rows`. False when
  /// there is no memory.
  bool restore(const std::vector<int64_t> &positions);
  char *rows(size_t part, int64_t sequence) {
    return const_cast<char *>(static_cast<const State *>(this)->rows(part, sequence));
  }

  /// All of it as bytes, for this machine and this program: `savedBytes()` of them.
  int64_t savedBytes() const;
  void save(char *to) const;
  /// Takes what was saved. Says what is wrong, and is as it was, where the bytes are another program's, of other
  /// sequences, or damaged; empty if nothing is.
  std::string load(const char *from, int64_t size);

private:
  std::vector<int64_t> headOf(const std::vector<int64_t> &positions) const;
  /// Parts that need equally many rows lie alike.
  struct Group {
    int64_t past, rows = 0;      ///< of a sequence in the buffers
    std::vector<int64_t> before; ///< of each sequence, the rows before the next; of carries, the row that it was left
  };
  static constexpr int64_t carryRows = 2; ///< what was left, and what a run leaves
  struct Memory {
    size_t group;
    std::unique_ptr<char[]> data;
  };
  int64_t rowBytes(size_t part) const { return list[part].numbers * braid_dtype_bytes(list[part].dtype); }
  bool makeRoom(Group &group, size_t number, const int64_t *counts);
  bool grow(size_t number, int64_t rows);

  std::vector<int64_t> position;
  std::vector<Part> list;
  std::vector<Memory> memory; ///< of the parts
  std::vector<Group> groups;
};

} // namespace braid::rt

#endif
