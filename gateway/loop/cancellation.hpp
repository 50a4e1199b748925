// How a session tells the call it waits for that the client has gone. One for each request; loop thread only.
#pragma once

namespace loop {

/// What can be cancelled. `cancel` must not resume the waiting coroutine at once: it posts.
class Cancellable {
 public:
  virtual void cancel() = 0;

 protected:
  ~Cancellable() = default;
};

class Cancellation {
 public:
  /// The call that is being waited for now; replaced by the next one.
  void attach(Cancellable* call) {
    call_ = call;
    if (cancelled_ && call_) call_->cancel();
  }
  void detach(const Cancellable* call) {
    if (call_ == call) call_ = nullptr;
  }

  void cancel() {
    if (cancelled_) return;
    cancelled_ = true;
    if (call_) call_->cancel();
  }
  bool cancelled() const { return cancelled_; }

 private:
  Cancellable* call_ = nullptr;
  bool cancelled_ = false;
};

}  // namespace loop
