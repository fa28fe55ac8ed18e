//===- Status.h - success, or a message a user can read -------------------===//
//
// What plain libraries (no LLVM, no exceptions) return instead of throwing.
//
//===----------------------------------------------------------------------===//
#ifndef BRAID_IO_STATUS_H
#define BRAID_IO_STATUS_H

#include <optional>
#include <string>
#include <utility>

namespace braid::rt {

/// Success, or a failure with a message (one or more full sentences, no newline at the end).
class [[nodiscard]] Status {
public:
  static Status success() { return Status(); }
  static Status failure(std::string message) {
    Status status;
    status.text = std::move(message);
    return status;
  }
  bool ok() const { return !text; }
  explicit operator bool() const { return ok(); }
  /// Empty when ok.
  const std::string &message() const {
    static const std::string none;
    return text ? *text : none;
  }

private:
  std::optional<std::string> text;
};

/// A value, or the failure that kept it from being made.
template <typename T> class [[nodiscard]] Result {
public:
  Result(T value) : held(std::move(value)) {}
  /// `status` must be a failure.
  Result(Status status) : state(std::move(status)) {}
  bool ok() const { return held.has_value(); }
  explicit operator bool() const { return ok(); }
  T &operator*() { return *held; }
  const T &operator*() const { return *held; }
  T *operator->() { return &*held; }
  const T *operator->() const { return &*held; }
  const Status &status() const { return state; }
  const std::string &message() const { return state.message(); }

private:
  std::optional<T> held;
  Status state;
};

} // namespace braid::rt

#endif
