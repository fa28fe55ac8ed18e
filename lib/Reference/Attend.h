//===- Attend.h - attention, one row at a time ----------------------------===//
#ifndef BRAID_LIB_REFERENCE_ATTEND_H
#define BRAID_LIB_REFERENCE_ATTEND_H

#include "Evaluator.h"

namespace braid::ref {

void evaluateAttend(ir::AttendOp op, Evaluator &eval);
void evaluateAttendGrad(ir::AttendGradOp op, Evaluator &eval);

} // namespace braid::ref

#endif
