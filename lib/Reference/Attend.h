//===- Attend.h - attention, one row at a time ----------------------------===//
#ifndef BRAID_LIB_REFERENCE_ATTEND_H
#define BRAID_LIB_REFERENCE_ATTEND_H

#include "Evaluator.h"

namespace braid::ref {

void evaluateAttend(lang::AttendOp op, Evaluator &eval);
void evaluateAttendGrad(lang::AttendGradOp op, Evaluator &eval);

} // namespace braid::ref

#endif
