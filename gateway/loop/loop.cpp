#include "loop/loop.hpp"

#include <boost/asio/executor_work_guard.hpp>

#include <ctime>

namespace loop {

Ticked::Ticked(Loop& loop) : home_(loop), next_(loop.first_) {
  if (next_) next_->previous_ = this;
  home_.first_ = this;
}

Ticked::~Ticked() {
  if (previous_) previous_->next_ = next_;
  else home_.first_ = next_;
  if (next_) next_->previous_ = previous_;
}

Loop::Loop() { write_date(); }

void Loop::run() {
  auto guard = boost::asio::make_work_guard(context_);
  arm();
  context_.run();
}

void Loop::arm() {
  timer_.expires_after(tick);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    write_date();
    const auto now = base::SteadyClock::now();
    for (Ticked* item = first_; item; item = item->next_) item->on_tick(now);
    arm();
  });
}

void Loop::write_date() {
  const std::time_t now = std::time(nullptr);
  if (now == date_second_) return;
  date_second_ = now;
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[64];
  std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);  // the "C" locale: English names
  std::char_traits<char>::copy(date_, text, sizeof date_);
}

}  // namespace loop
