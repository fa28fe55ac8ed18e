//===- Interrupt.cpp - SIGINT, SIGTERM and SIGHUP as a flag ---------------===//
#include "Interrupt.h"
#include <cerrno>
#include <cstdint>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace braid::driver {

static bool isIgnored(int signal) {
  struct sigaction action;
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

void Interrupt::end(int signal) {
  std::signal(signal, SIG_DFL);
  pthread_sigmask(SIG_UNBLOCK, &watched, nullptr);
  kill(getpid(), signal);
}

Interrupt::Interrupt() {
  sigemptyset(&watched);
  sigaddset(&watched, SIGINT);
  sigaddset(&watched, SIGTERM);
  // One that is blocked would arrive although it is ignored.
  if (!isIgnored(SIGHUP))
    sigaddset(&watched, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &watched, &before);
  signals = signalfd(-1, &watched, SFD_CLOEXEC);
  stop = eventfd(0, EFD_CLOEXEC);
  // Without descriptors the signals keep their usual meaning.
  if (signals < 0 || stop < 0)
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  else
    watcher = std::thread([this] { watch(); });
}

void Interrupt::watch() {
  pollfd polled[] = {{signals, POLLIN, 0}, {stop, POLLIN, 0}};
  while (true) {
    if (poll(polled, 2, -1) < 0 && errno != EINTR)
      return;
    if (polled[1].revents)
      return;
    signalfd_siginfo info;
    if (!polled[0].revents || read(signals, &info, sizeof(info)) != sizeof(info))
      continue;
    if (!armed || arrived)
      end(int(info.ssi_signo));
    arrived = int(info.ssi_signo);
  }
}

Interrupt::~Interrupt() {
  if (watcher.joinable()) {
    uint64_t one = 1;
    (void)!write(stop, &one, sizeof(one));
    watcher.join();
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }
  if (signals >= 0)
    close(signals);
  if (stop >= 0)
    close(stop);
}

} // namespace braid::driver
