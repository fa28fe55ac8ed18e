//===- Progress.cpp - how far a run is ------------------------------------===//
#include "Progress.h"
#include "braid/Driver/Text.h"
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <sys/ioctl.h>

namespace braid::driver {

/// Columns of the terminal that messages go to; 80 where it does not say.
static size_t columns() {
  winsize size{};
  return ioctl(2, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}

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
    std::snprintf(text, sizeof text, "step %6lld  loss %.4f  grad norm %.3f  lr %.3g  %s tokens/s", (long long)m.step,
                  m.loss, m.gradNorm, m.lr, grouped(int64_t(m.tokensPerSecond)).c_str());
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
  double rest = now > 0 ? std::floor(elapsed / now - elapsed) : 0;
  std::string text = std::to_string(m.step) + (maxSteps > 0 ? "/" + std::to_string(maxSteps) : std::string()) +
                     "  loss " + general(m.loss, 4) + "  " + grouped(int64_t(m.tokensPerSecond)) + " tokens/s";
  if (now > 0)
    text += "  " + (rest >= 1 ? durationText(rest) : "0 s") + " left";
  // A line that wraps could not be taken back. The last column stays free.
  size_t width = columns() - 1;
  text = text.substr(0, width);
  int cells = std::min<int>(30, int(width - text.size()) - 1), filled = int(std::lround(part * cells));
  std::string bar;
  for (int i = 0; i < cells; ++i)
    bar += i < filled ? "█" : "░";
  console.err << "\r\033[K" << bar << (cells > 0 ? " " : "") << text;
  console.err.flush();
  shown = true;
}

} // namespace braid::driver
