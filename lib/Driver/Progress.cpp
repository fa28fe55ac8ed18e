//===- Progress.cpp - how far a run is ------------------------------------===//
#include "lib/Driver/Progress.h"
#include "braid/Driver/Text.h"
#include <algorithm>
#include <cmath>
#include <cstdio>

namespace braid::driver {

void Progress::clear() {
  if (shown)
    console.err << "\r\033[K";
  shown = false;
  console.err.flush();
}

void Progress::say(const std::string &text) {
  clear();
  console.out << text << "\n";
  console.out.flush();
}

void Progress::step(const StepMetrics &m, double elapsed, bool line) {
  if (line) {
    char text[200];
    std::snprintf(text, sizeof text, "step %6lld  loss %.4f  grad norm %.3f  lr %.3g  %s tokens/s", (long long)m.step, m.loss,
                  m.gradNorm, m.lr, grouped(int64_t(m.tokensPerSecond)).c_str());
    std::string more = text;
    if (m.mfu > 0) {
      std::snprintf(text, sizeof text, "  %.0f %% of peak", 100 * m.mfu);
      more += text;
    }
    say(more + (m.skipped ? "  skipped" : ""));
  }
  // A terminal need not be written to more than ten times a second.
  if (!console.errIsTerminal || (shown && elapsed < drawn + 0.1))
    return;
  drawn = elapsed;
  double part = 0;
  if (maxSteps > 0)
    part = double(m.step) / double(maxSteps);
  double now = maxSteps > 0 ? double(m.step - firstStep) / std::max<double>(1, double(maxSteps - firstStep)) : 0;
  if (maxSeconds > 0) {
    part = std::max(part, elapsed / maxSeconds);
    now = std::max(now, elapsed / maxSeconds);
  }
  part = std::min(part, 1.0);
  int filled = int(std::lround(part * 30));
  std::string bar;
  for (int i = 0; i < 30; ++i)
    bar += i < filled ? "█" : "░";
  double rest = now > 0 ? std::floor(elapsed / now - elapsed) : 0;
  std::string left = now > 0 ? (rest >= 1 ? durationText(rest) : "0 s") + " left" : "";
  console.err << "\r\033[K" << bar << " " << m.step << (maxSteps > 0 ? "/" + std::to_string(maxSteps) : std::string()) << "  loss "
              << general(m.loss, 4) << "  " << grouped(int64_t(m.tokensPerSecond)) << " tokens/s  " << left;
  console.err.flush();
  shown = true;
}

} // namespace braid::driver
