//===- Processors.cpp - how many processors a process may use -------------===//
//
// A quota is a number of microseconds of a period, in a file of the process's control group or of one
// above it: `cpu.max` in version 2, `cpu.cfs_quota_us` and `cpu.cfs_period_us` in version 1. Where the
// groups are mounted is in /proc/self/mountinfo, which of them is the process's in /proc/self/cgroup.
//
//===----------------------------------------------------------------------===//

#include "braid/Runtime/Processors.h"
#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <sched.h>
#include <sstream>
#include <thread>
#include <vector>

using namespace braid::rt;

static constexpr double unlimited = std::numeric_limits<double>::infinity();

/// `a,b,c` has `word`.
static bool lists(const std::string &list, const std::string &word) {
  return ("," + list + ",").find("," + word + ",") != std::string::npos;
}

/// The quota of one group; unlimited for `max`, -1, what is not there and what is no quota.
static double quotaOf(const std::string &folder, bool isFirstVersion) {
  double quota = 0, period = 0;
  if (isFirstVersion) {
    std::ifstream(folder + "/cpu.cfs_quota_us") >> quota;
    std::ifstream(folder + "/cpu.cfs_period_us") >> period;
  } else {
    std::ifstream(folder + "/cpu.max") >> quota >> period;
  }
  return quota > 0 && period > 0 ? quota / period : unlimited;
}

/// The process's group in the hierarchy of version 1 that has the controller `cpu`, or in that of version 2.
static std::string groupOf(const std::string &root, bool isFirstVersion) {
  std::ifstream file(root + "/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) { // number:controllers:path
    size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos)
      continue;
    std::string controllers = line.substr(first + 1, second - first - 1);
    if (isFirstVersion ? lists(controllers, "cpu") : controllers.empty())
      return line.substr(second + 1);
  }
  return "/";
}

double braid::rt::processorQuota(const std::string &root) {
  double quota = unlimited;
  std::ifstream file(root + "/proc/self/mountinfo");
  for (std::string line; std::getline(file, line);) { // … … … ROOT POINT … - TYPE SOURCE OPTIONS
    std::istringstream words(line);
    std::string skip, top, point, type, source, options;
    words >> skip >> skip >> skip >> top >> point;
    while (words >> skip && skip != "-")
      ;
    words >> type >> source >> options;
    bool isFirstVersion = type == "cgroup" && lists(options, "cpu");
    if (!isFirstVersion && type != "cgroup2")
      continue;
    // What is mounted is the part of the hierarchy below `top`. A group outside of it is not in sight: the mount's own
    // is nearest.
    std::string group = groupOf(root, isFirstVersion);
    bool isBelow = top == "/" || (group.rfind(top, 0) == 0 && (group.size() == top.size() || group[top.size()] == '/'));
    std::string below = !isBelow ? "" : top == "/" ? group : group.substr(top.size());
    while (true) {
      quota = std::min(quota, quotaOf(root + point + below, isFirstVersion));
      if (below.empty())
        break;
      below.erase(std::min(below.rfind('/'), below.size() - 1));
    }
  }
  return quota;
}

/// Those that the scheduler may put this process on.
static int runnableOn() {
  // The kernel refuses a set that is smaller than its own.
  for (int most = CPU_SETSIZE; most <= 1 << 20; most *= 2) {
    std::vector<cpu_set_t> set(size_t(most / CPU_SETSIZE));
    size_t bytes = set.size() * sizeof(cpu_set_t);
    if (sched_getaffinity(0, bytes, set.data()) == 0)
      return std::max(1, CPU_COUNT_S(bytes, set.data()));
  }
  return int(std::max(1u, std::thread::hardware_concurrency()));
}

int braid::rt::usableProcessors() {
  double most = std::ceil(processorQuota());
  int runnable = runnableOn();
  return most < runnable ? std::max(1, int(most)) : runnable;
}
