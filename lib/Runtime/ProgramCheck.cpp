//===- ProgramCheck.cpp - is it a program at all --------------------------===//

#include "braid/Runtime/ProgramCheck.h"
#include "TableCheck.h"
#include "braid/Runtime/Context.h"
#include <cstring>

using namespace braid::rt;

static void checkLaunch(TableCheck &table) {
  table.next(BRAID_TOKENS, BRAID_FIXED, "the row space");
  table.next(0, mostNumbers, "the number of rows");
  table.next(0, mostNumbers, "the scratch of a thread");
  for (int64_t i = table.count("the number of sizes"); i > 0 && table.good(); --i)
    table.next();
  for (int64_t i = table.count("the number of arguments"); i > 0 && table.good(); --i) {
    int64_t kind = table.next(BRAID_ARG_BUFFER, BRAID_ARG_SUM, "the kind of an argument");
    if (kind != BRAID_ARG_LIST) {
      table.place();
      if (kind == BRAID_ARG_SUM)
        table.next(0, mostNumbers, "the size of a sum");
      continue;
    }
    for (int64_t entry = table.count("the length of a list"); entry > 0 && table.good(); --entry) {
      table.place();
      table.next(0, mostNumbers, "the size of a row");
    }
  }
}

static void checkLoop(TableCheck &table) {
  int64_t kind = table.next(BRAID_LOOP_COUNT, BRAID_LOOP_WHILE, "the kind of a loop");
  table.place();
  if (kind == BRAID_LOOP_WHILE)
    table.place();
}

/// What is wrong with one call.
static std::string problemOf(const braid_program &program, const braid_call &call) {
  auto isText = [&](int64_t offset) { return offset >= 0 && offset < program.num_texts; };
  if (!isText(call.name) || !isText(call.place))
    return "its name or place is no text of the program";
  if (call.table < 0 || call.table > program.num_tables)
    return "its table lies outside of the program's";
  TableCheck table(program, call.table);
  switch (call.kind) {
  case BRAID_CALL_LAUNCH:
    if (call.kernel < 0 || call.kernel >= program.num_kernels)
      return "there is no kernel " + std::to_string(call.kernel);
    checkLaunch(table);
    break;
#define CALL(NAME, WORD, FUNCTION)                                                                                     \
  case BRAID_CALL_##NAME: tables::FUNCTION(table); break;
#include "braid/Runtime/Calls.def"
  case BRAID_CALL_LOOP: checkLoop(table); break;
  case BRAID_CALL_WHEN: table.place(); break;
  case BRAID_CALL_END:
  case BRAID_CALL_NEWEST: break;
  default: return "calls of kind " + std::to_string(call.kind) + " are unknown";
  }
  return table.why;
}

std::string braid::rt::problemOf(const braid_program &program) {
  if (program.abi != BRAID_ABI)
    return "the program was compiled for version " + std::to_string(program.abi) +
           " of the runtime's interface, this is version " + std::to_string(BRAID_ABI) + "; compile it anew";
  for (int64_t count : {program.num_externals, program.num_calls, program.num_kernels, program.num_tables})
    if (count < 0)
      return "the program has a negative number of parts";
  if (program.num_texts < 1 || program.texts[program.num_texts - 1])
    return "the texts of the program do not end";
  if (program.token_bytes < 0 || program.token_bytes > mostNumbers || program.fixed_bytes < 0 ||
      program.fixed_bytes > mostNumbers)
    return "the program's memory has no size that there is";
  for (int64_t i = 0; i < program.num_externals; ++i) {
    const braid_external &external = program.externals[i];
    if (external.path < 0 || external.path >= program.num_texts || external.numbers < 0 ||
        external.numbers > mostNumbers || external.dtype < BRAID_F32 || external.dtype > BRAID_I32 ||
        external.ids < 0 || external.past < BRAID_PAST_CARRY || external.past > mostNumbers ||
        (external.past != 0) != (external.role == BRAID_PAST) || (external.past && !external.per_token))
      return "external " + std::to_string(i) + " of the program is damaged";
  }
  int64_t open = 0;
  for (int64_t i = 0; i < program.num_calls; ++i) {
    const braid_call &call = program.calls[i];
    std::string why = problemOf(program, call);
    open += call.kind == BRAID_CALL_LOOP || call.kind == BRAID_CALL_WHEN;
    if (why.empty() && call.kind == BRAID_CALL_END && --open < 0)
      why = "it ends what has not begun";
    if (why.empty() && call.kind == BRAID_CALL_NEWEST && open)
      why = "it stands in a loop";
    if (!why.empty())
      return "call " + std::to_string(i) + " of the program: " + why;
  }
  if (open)
    return "a loop of the program has no end";
  for (int64_t i = 0; i < program.num_kernels; ++i)
    if (!program.kernels[i])
      return "kernel " + std::to_string(i) + " of the program has no code for this processor";
  return {};
}
