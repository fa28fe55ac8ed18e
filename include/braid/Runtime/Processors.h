//===- Processors.h - how many processors a process may use ---------------===//
#ifndef BRAID_RUNTIME_PROCESSORS_H
#define BRAID_RUNTIME_PROCESSORS_H

#include <string>

namespace braid::rt {

/// Processors' worth of time that the control groups of this process allow (a container's limit); infinity where they
/// set none. `root`: of the file system that is looked at; not the machine's in tests.
double processorQuota(const std::string &root = "");

/// Processors that this process can keep busy, at least 1: those it may run on, and no more than its quota, rounded up
/// (threads that are held back now and then still use all of it).
int usableProcessors();

} // namespace braid::rt

#endif
