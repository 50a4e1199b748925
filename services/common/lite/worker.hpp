// SQLite blocks, the services must not: a thread that works off a bounded queue, with an awaitable face. Used through Lane.
#pragma once

#include "base/error.hpp"
#include "base/time.hpp"

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <exception>
#include <type_traits>
#include <utility>

namespace lite {

template <class T>
using Awaitable = boost::asio::awaitable<T>;

/// Turns the exception being handled into an Error: SQLITE_INTERRUPT is a passed deadline, SQLITE_BUSY another writer, the rest is
/// internal.
base::Error current_error(base::Deadline deadline);

class Worker {
 public:
  static constexpr int most_waiting = 1024;

  /// Works off what is queued, then ends.
  ~Worker() { thread_.join(); }

  /// Runs `job` (answers a base::Result, may throw) on the thread and comes back to the caller's executor. RESOURCE_EXHAUSTED where too
  /// many wait, DEADLINE_EXCEEDED without having begun where the time has passed. `job` must own all it uses: it also runs when the caller
  /// has gone.
  template <class Job>
  Awaitable<std::invoke_result_t<Job&>> run(base::Deadline deadline, Job job) {
    using Outcome = std::invoke_result_t<Job&>;
    if (waiting_.fetch_add(1) >= most_waiting) {
      waiting_.fetch_sub(1);
      co_return base::overloaded("too many requests wait for the database");
    }
    auto start = [this, deadline, work = std::move(job)](auto handler) mutable {
      auto home = boost::asio::get_associated_executor(handler);
      auto stay = boost::asio::make_work_guard(home);
      auto task = [this, deadline, work = std::move(work), handler = std::move(handler), stay = std::move(stay)]() mutable {
        waiting_.fetch_sub(1);
        Outcome outcome = attempt<Outcome>(deadline, work);
        boost::asio::post(stay.get_executor(), [handler = std::move(handler), outcome = std::move(outcome)]() mutable {
          std::move(handler)(std::move(outcome));
        });
      };
      boost::asio::post(thread_, std::move(task));
    };
    co_return co_await boost::asio::async_initiate<const boost::asio::use_awaitable_t<>, void(Outcome)>(std::move(start),
                                                                                                        boost::asio::use_awaitable);
  }

 private:
  template <class Outcome, class Job>
  static Outcome attempt(base::Deadline deadline, Job& job) {
    if (base::SteadyClock::now() >= deadline) return base::deadline_exceeded("the deadline passed before the database could begin");
    try {
      return job();
    } catch (...) {
      return current_error(deadline);
    }
  }

  std::atomic<int> waiting_{0};
  boost::asio::thread_pool thread_{1};
};

}  // namespace lite
