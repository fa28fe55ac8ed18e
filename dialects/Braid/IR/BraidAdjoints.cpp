#include "dialects/Braid/IR/Braid.h"
