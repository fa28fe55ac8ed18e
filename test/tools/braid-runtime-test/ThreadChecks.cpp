//===- ThreadChecks.cpp - any number of threads, the same bits ------------===//

#include "Checks.h"
#include "braid/Runtime/Processors.h"
#include "lib/Runtime/Calls.h"
#include <bit>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <omp.h>

using namespace braid::test;

namespace {

std::vector<char> bytesOf(Numbers &numbers) {
  const char *data = static_cast<char *>(numbers.data());
  return {data, data + numbers.size() * braid_dtype_bytes(numbers.dtype())};
}

/// Products large enough to be cut, one with a batch, in all ways of computing them; and attention with slots.
std::vector<char> results() {
  std::vector<char> all;
  auto keep = [&](Numbers &numbers) {
    std::vector<char> bytes = bytesOf(numbers);
    all.insert(all.end(), bytes.begin(), bytes.end());
  };
  for (auto [typeA, typeB] : {std::pair(BRAID_F32, BRAID_F32), {BRAID_BF16, BRAID_BF16}, {BRAID_BF16, BRAID_F32}})
    for (int64_t batch : {1, 3}) {
      constexpr int64_t m = 150, n = 200, k = 170;
      Call call(1, 1, 3);
      Numbers a(batch * m * k, typeA, 1), b(batch * k * n, typeB, 2), c(batch * m * n, BRAID_F32, 3);
      call.add(batch).add(m).add(n).add(k).add(0);
      call.add(a).add(m * k).add(k).add(1).add(b).add(k * n).add(n).add(1).add(c).add(m * n).add(n).add(1);
      call.expectSuccess(braid::rt::matmul(call.context(), "product", call.table()));
      keep(c);
    }
  constexpr int64_t batch = 2, time = 130, heads = 2, width = 16, slots = 5;
  Call call(batch, time, 3);
  Numbers q(batch * time * heads * width, BRAID_F32, 1), k(slots * heads * width, BRAID_F32, 2),
      v(k.size(), BRAID_F32, 3), out(q.size(), BRAID_F32, 4), lse(batch * time * heads, BRAID_F32, 5),
      outGrad(q.size(), BRAID_F32, 6), dq(q.size(), BRAID_F32, 7), dk(k.size(), BRAID_F32, 8),
      dv(k.size(), BRAID_F32, 9);
  call.add(1).add(heads).add(1).add(width).add(width).add(std::bit_cast<int64_t>(0.25)).add(q).add(out).add(lse);
  call.add(1)
      .add(BRAID_MASK_ALL)
      .add(0)
      .add(0)
      .add(0)
      .add(slots)
      .add(k)
      .add(v)
      .add(0)
      .add(outGrad)
      .add(dq)
      .add(dk)
      .add(dv);
  call.expectSuccess(braid::rt::attend(call.context(), "attention", call.table()));
  call.expectSuccess(braid::rt::attendGrad(call.context(), "attention", call.table()));
  for (Numbers *numbers : {&out, &dq, &dk, &dv})
    keep(*numbers);
  return all;
}

void checkBits() {
  int before = omp_get_max_threads(), levels = omp_get_max_active_levels();
  const std::vector<char> wanted = results();
  report("threads of the caller", omp_get_max_threads() == before ? 0 : 1, 0);
  auto same = [&](const char *name) { report(std::string("threads ") + name, results() == wanted ? 0 : 1, 0); };
  omp_set_dynamic(1);
  same("of a dynamic team");
  omp_set_dynamic(0);
  omp_set_max_active_levels(0);
  same("that are one");
  omp_set_max_active_levels(levels);
  bool good = true;
#pragma omp parallel num_threads(2) reduction(&& : good)
  good = results() == wanted;
  report("threads of a caller's region", good ? 0 : 1, 0);
  omp_set_num_threads(1);
  same("of a caller that has one");
  omp_set_num_threads(before);
}

void write(const std::filesystem::path &path, const std::string &text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

/// Control groups as a machine shows them, below `folder`.
void checkQuota(const std::filesystem::path &folder) {
  int number = 0;
  auto check = [&](const char *name, double wanted, const char *groups, const char *mounts,
                   std::initializer_list<std::pair<const char *, const char *>> files) {
    std::filesystem::path root = folder / std::to_string(number++);
    write(root / "proc/self/cgroup", groups);
    write(root / "proc/self/mountinfo", mounts);
    for (auto [path, text] : files)
      write(root / path, text);
    double found = braid::rt::processorQuota(root.string());
    report(std::string("quota ") + name, found == wanted ? 0 : 1, 0);
  };
  const double none = std::numeric_limits<double>::infinity();
  const char *second = "41 31 0:38 / /sys/fs/cgroup rw,relatime - cgroup2 cgroup2 rw\n";
  check("of version 2", 1.5, "0::/\n", second, {{"sys/fs/cgroup/cpu.max", "150000 100000\n"}});
  check("without a limit", none, "0::/\n", second, {{"sys/fs/cgroup/cpu.max", "max 100000\n"}});
  check("of a group above", 2, "0::/a/b\n", second,
        {{"sys/fs/cgroup/a/b/cpu.max", "400000 100000"}, {"sys/fs/cgroup/a/cpu.max", "200000 100000"}});
  check("of another group", none, "0::/a\n", second, {{"sys/fs/cgroup/b/cpu.max", "100000 100000"}});
  check("of a container's part of the hierarchy", 0.5, "0::/docker/x\n",
        "41 31 0:38 /docker/x /sys/fs/cgroup rw shared:1 - cgroup2 cgroup2 rw\n",
        {{"sys/fs/cgroup/cpu.max", "50000 100000"}});
  check("of version 1", 3, "3:cpuset:/\n2:cpu,cpuacct:/box\n0::/\n",
        "33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n",
        {{"sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_quota_us", "300000"},
         {"sys/fs/cgroup/cpu,cpuacct/box/cpu.cfs_period_us", "100000"}});
  check("of version 1 without a limit", none, "1:cpu:/\n",
        "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n",
        {{"sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1"}, {"sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000"}});
  check("that is no number", none, "0::/\n", second, {{"sys/fs/cgroup/cpu.max", "many\n"}});
  check("of files that say nothing", none, "::\n0\n", "x\n - cgroup2\n", {});
}

} // namespace

void braid::test::checkThreads(const std::string &folder) {
  checkBits();
  std::filesystem::remove_all(folder);
  checkQuota(folder);
  report("at least one processor", braid::rt::usableProcessors() >= 1 ? 0 : 1, 0);
}
