/* What a test in another language needs of the header that `braid compile --emit obj` writes. */
#include "model.h"

const struct braid_program *step_program(void) { return &braid_step_program; }
