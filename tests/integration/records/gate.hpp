// A record store with a gate before its writes: closed, they wait at it, so that a test decides what is under way at a moment. Made by
// Deployment.
#pragma once

#include "records/record_store.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <list>

/// On the store's event loop only. Reads pass; so do imports and exports.
class GatedStore final : public records::RecordStore {
 public:
  GatedStore(boost::asio::any_io_executor loop, records::RecordStore& behind) : loop_(std::move(loop)), behind_(behind) {}

  void close() { closed_ = true; }
  void open() {
    closed_ = false;
    for (auto& waiting : at_gate_) waiting.cancel();
  }
  /// Writes that wait at the gate: one for each statement, however many records it is about.
  std::size_t waiting() const { return at_gate_.size(); }
  /// Writes that have begun and not ended.
  int under_way() const { return under_way_; }
  /// The latest deadline of all writes that have begun.
  base::Deadline last_deadline() const { return last_deadline_; }
  /// Ids that were asked for until now.
  std::size_t reads() const { return reads_; }

  records::Awaitable<base::Result<records::Answer<records::Page>>> list(records::ListQuery query, records::ReadOptions options) override {
    return behind_.list(std::move(query), options);
  }
  records::Awaitable<base::Result<records::Answer<std::vector<records::Record>>>> get(std::vector<std::int64_t> ids,
                                                                                      records::ReadOptions options) override {
    reads_ += ids.size();
    return behind_.get(std::move(ids), options);
  }
  records::Awaitable<std::vector<base::Result<records::Written>>> create(std::vector<records::Creation> creations, std::string name,
                                                                         base::Deadline deadline) override {
    const Visit visit(*this, deadline);
    co_await pass();
    co_return co_await behind_.create(std::move(creations), std::move(name), deadline);
  }
  records::Awaitable<base::Result<records::Written>> update(records::Update update, base::Deadline deadline) override {
    const Visit visit(*this, deadline);
    co_await pass();
    co_return co_await behind_.update(std::move(update), deadline);
  }
  records::Awaitable<base::Result<records::Written>> remove(records::Deletion deletion, base::Deadline deadline) override {
    const Visit visit(*this, deadline);
    co_await pass();
    co_return co_await behind_.remove(std::move(deletion), deadline);
  }
  records::Awaitable<base::Result<std::unique_ptr<records::AtomicImport>>> begin_import(base::Deadline deadline) override {
    return behind_.begin_import(deadline);
  }
  records::Awaitable<base::Result<std::unique_ptr<records::ExportCursor>>> open_export(records::Filter filter, records::Sort sort,
                                                                                       records::ReadOptions options) override {
    return behind_.open_export(std::move(filter), sort, options);
  }

 private:
  struct Visit {
    Visit(GatedStore& gated, base::Deadline deadline) : store(gated) {
      ++store.under_way_;
      store.last_deadline_ = std::max(store.last_deadline_, deadline);
    }
    ~Visit() { --store.under_way_; }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;
    GatedStore& store;
  };

  records::Awaitable<void> pass() {
    if (!closed_) co_return;
    const auto place = at_gate_.emplace(at_gate_.end(), loop_, boost::asio::steady_timer::time_point::max());
    boost::system::error_code opened;
    co_await place->async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, opened));
    at_gate_.erase(place);
  }

  boost::asio::any_io_executor loop_;
  records::RecordStore& behind_;
  std::list<boost::asio::steady_timer> at_gate_;
  int under_way_ = 0;
  base::Deadline last_deadline_ = base::Deadline::min();
  std::size_t reads_ = 0;
  bool closed_ = false;
};
