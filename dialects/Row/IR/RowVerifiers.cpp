#include "dialects/Row/IR/Row.h"
