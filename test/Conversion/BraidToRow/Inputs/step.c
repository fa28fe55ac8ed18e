/* What a test in another language needs of the header that `braid compile --emit obj` writes. */
#include "model.h"
#include <stdio.h>

int64_t step_externals(void) { return braid_step_program.num_externals; }
const char *step_name(int64_t i) {
  static char name[1024];
  snprintf(name, sizeof name, "%s%s", braid_role_word(braid_step_program.externals[i].role),
           braid_external_path(&braid_step_program, i));
  return name;
}
int64_t step_numbers(int64_t i) { return braid_step_program.externals[i].numbers; }
int32_t step_run(struct braid_runtime *runtime, void *const *external) {
  return braid_runtime_run(runtime, &braid_step_program, 1, 1, 0, 0, external);
}
