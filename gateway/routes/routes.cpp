#include "routes/routes.hpp"

namespace routes {

using http::BodyUse;
using http::Method;
using http::Request;

namespace {

/// A member function as a handler.
template <class Room>
http::Handler call(Room& room, boost::asio::awaitable<http::Response> (Room::*handler)(Request&)) {
  return [&room, handler](Request& request) { return (room.*handler)(request); };
}

http::Handler call(const Assets& room, Assets::Answer (Assets::*handler)(Request&) const) {
  return [&room, handler](Request& request) { return (room.*handler)(request); };
}

/// Answered also when there is too much to do: nothing else is asked for it, or operators need it then.
http::Route always(http::Route row) {
  row.admission = false;
  return row;
}

constexpr bool same_origin_only = false;

}  // namespace

Routes::Routes(Clients& clients, const Assets& assets, const std::vector<loop::Counters*>& counters, const bool& draining)
    : assets_(assets),
      records_(clients.records),
      exchange_(clients.exchange),
      analytics_(clients.analytics, clients.summary_patience),
      health_(clients.cluster, draining),
      metrics_(clients.cluster, counters),
      console_(clients),
      router_(std::make_unique<http::Router>(table())) {
  std::vector<RouteLabel> labels;
  for (const http::Route& route : router_->table()) labels.push_back({std::string(http::name(route.method)), std::string(route.pattern)});
  labels.push_back({"", "other"});
  metrics_.name_routes(std::move(labels));
}

std::vector<http::Route> Routes::table() {
  std::vector<http::Route> rows{
      {Method::get, "/records", call(records_, &Records::list)},
      {Method::post, "/records", call(records_, &Records::create), BodyUse::whole},
      {Method::get, "/records/{id}", call(records_, &Records::get)},
      {Method::put, "/records/{id}", call(records_, &Records::replace), BodyUse::whole},
      {Method::patch, "/records/{id}", call(records_, &Records::patch), BodyUse::whole},
      {Method::delete_, "/records/{id}", call(records_, &Records::remove)},

      {Method::get, "/records/export", call(exchange_, &Exchange::export_records)},
      {Method::post, "/records/import", call(exchange_, &Exchange::import_records), BodyUse::streamed},
      {Method::get, "/records/analytics/flink", call(analytics_, &Analytics::summary)},
      {Method::get, "/records/analytics/live", call(analytics_, &Analytics::live)},
      {Method::get, "/records/analytics/runs", call(analytics_, &Analytics::runs)},

      always({Method::get, "/health", call(health_, &Health::all)}),
      always({Method::get, "/health/live", call(health_, &Health::live)}),
      always({Method::get, "/health/ready", call(health_, &Health::ready)}),
      always({Method::get, "/cluster", call(health_, &Health::topology)}),
      always({Method::get, "/metrics", call(metrics_, &Metrics::all)}),

      always({Method::get, "/openapi.json", call(assets_, &Assets::docs)}),
      always({Method::get, "/docs", call(assets_, &Assets::docs)}),
      always({Method::get, "/docs/{file}", call(assets_, &Assets::docs)}),
      always({Method::get, "/favicon.ico", call(assets_, &Assets::docs)}),
      always({Method::get, "/app", call(assets_, &Assets::app)}),
      always({Method::get, "/app/{file}", call(assets_, &Assets::app)}),
      always({Method::get, "/app/{folder}/{file}", call(assets_, &Assets::app)}),

      // The console has a table of its own (console_table.cpp); no page of another origin may read it.
      {Method::get, "/", call(console_, &Console::serve), BodyUse::ignored, same_origin_only},
  };
  for (const std::string_view path : {"/console", "/console/{page}", "/console/{page}/{id}", "/console/{page}/{id}/{action}"}) {
    rows.push_back({Method::get, path, call(console_, &Console::serve), BodyUse::ignored, same_origin_only});
    rows.push_back({Method::post, path, call(console_, &Console::serve), BodyUse::whole, same_origin_only});
  }
  return rows;
}

}  // namespace routes
