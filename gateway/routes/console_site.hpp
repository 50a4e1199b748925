// What each address of the console does: parse, ask the backend, render. Knows no HTTP library. One instance serves all requests; called by
// routes/console.cpp, and by the unit tests with a fake backend.
#pragma once

#include "routes/console_backend.hpp"
#include "routes/console_models.hpp"
#include "routes/console_visit.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace routes {

class ConsoleSite {
 public:
  /// How much a posted form may carry.
  static constexpr std::int64_t form_limit = 1024 * 1024;

  using Page = boost::asio::awaitable<Answer>;

  explicit ConsoleSite(ConsoleBackend& backend) : backend_(backend) {}

  /// The one table of the console's addresses: the page for any method and path under "/" and "/console". An unknown path is a page of 404,
  /// another method one of 405. HEAD is answered as GET; the caller leaves the body away.
  Page serve(Visit visit);

  Page list(Visit visit);
  Page new_form(Visit visit);
  Page create(Visit visit);
  Page edit_form(Visit visit, std::string id);
  Page update(Visit visit, std::string id);
  Page delete_question(Visit visit, std::string id);
  Page remove(Visit visit, std::string id);
  Page import_form(Visit visit);
  Page import(Visit visit);
  Page summary(Visit visit);
  /// The cluster panel, asked for again and again by the list page.
  Page cluster(Visit visit);

 private:
  boost::asio::awaitable<void> fill_panels(console::ListPage& page);
  Page show_conflict(Visit visit, console::FormPage page);
  Page ask_again(Visit visit, std::int64_t id, std::string back);

  ConsoleBackend& backend_;
};

}  // namespace routes
