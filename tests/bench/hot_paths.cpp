// The code that every request runs through, without sockets to other programs and without a database, so that callgrind can count its
// instructions: each path is run by itself between two dumps. Started under valgrind by instructions.py; alone it only shows that they run.
#include "http/parser.hpp"
#include "http/session.hpp"
#include "http/target.hpp"
#include "json/record.hpp"
#include "records/convert.hpp"
#include "records/postgres/list_sql.hpp"
#include "records/postgres/sql.hpp"

#include <records/v1/records.pb.h>

#include <valgrind/callgrind.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/endian/conversion.hpp>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace v1 = records::v1;
namespace asio = boost::asio;

constexpr int in_page = 20, in_batch = 64;

/// Ends the program where a path did not do its work: a count of what went wrong guards nothing.
void must(bool done, const char* what) {
  if (done) return;
  std::fprintf(stderr, "hot_paths: %s\n", what);
  std::exit(1);
}

v1::Record some_record(std::int64_t id) {
  v1::Record record;
  record.set_id(id);
  record.set_title("Made under load " + std::to_string(id));
  record.set_owner("owner007");
  record.set_status(v1::STATUS_ACTIVE);
  record.set_description("some words of description, \"quoted\", and 中文 beside them, as long as most are");
  record.mutable_created_at()->set_seconds(1'760'000'000 + id);
  record.mutable_updated_at()->set_seconds(1'760'000'000 + id);
  record.mutable_updated_at()->set_nanos(123'456'000);
  record.set_version(3);
  return record;
}

constexpr std::string_view request_text =
    "GET /records/4711?fields=title HTTP/1.1\r\nHost: records.example:8000\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\n"
    "Accept: application/json\r\nAccept-Encoding: gzip, br\r\nX-Request-Id: 0123456789\r\n"
    "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\n";

const http::Handler hello = [](http::Request&) -> asio::awaitable<http::Response> {
  http::Response response;
  response.type = "application/json";
  response.body = "{}";
  co_return response;
};

std::vector<http::Route> some_routes() {
  using http::Method;
  return {{Method::get, "/records/", hello},
          {Method::post, "/records/", hello, http::BodyUse::whole},
          {Method::get, "/records/{id}", hello},
          {Method::get, "/health", hello}};
}

/// A request's header, its target and its route.
class HeaderPath {
 public:
  void operator()() {
    http::Request request;
    http::Parser parser(request);
    must(parser.parse_header(request_text), "a header is not understood");
    const auto target = http::split_target(request.target);
    must(target && router_.find(target->path, request.parameters), "a path is not found");
  }

 private:
  const http::Router router_{some_routes()};
};

/// A whole request on a session, from the bytes of a socket to the bytes of its answer; the client's own calls are counted too.
class SessionPath {
 public:
  SessionPath()
      : environment_{.loop = loop_, .counters = counters_, .router = router_, .limits = limits_, .admission = admission_, .cors = cors_} {
    counters_.routes.resize(router_.table().size() + 1);
    asio::ip::tcp::acceptor acceptor(loop_.context(), {asio::ip::address_v4::loopback(), 0});
    client_.connect(acceptor.local_endpoint());
    const auto session = std::make_shared<http::Session>(environment_, acceptor.accept());
    asio::co_spawn(loop_.context(), session->run(), [this, session](std::exception_ptr) { ended_ = true; });
  }
  ~SessionPath() {
    client_.close();
    while (!ended_) loop_.context().run_one();
  }

  void operator()() {
    asio::write(client_, asio::buffer(request_text));
    while (client_.available() == 0) loop_.context().run_one();
    char answer[1024];
    const std::size_t size = client_.read_some(asio::buffer(answer));
    must(std::string_view(answer, size).starts_with("HTTP/1.1 200 "), "a session does not answer");
  }

 private:
  const http::Limits limits_;
  const http::Cors cors_{""};
  loop::Loop loop_;
  loop::Counters counters_;
  http::Admission admission_{limits_.requests};
  const http::Router router_{some_routes()};
  http::Environment environment_;
  bool ended_ = false;
  asio::io_context outside_;
  asio::ip::tcp::socket client_{outside_};
};

void record_to_json() {
  static const v1::Record record = some_record(4711);
  std::string out;
  json::append_record(out, record);
  must(out.size() > 200, "a record is not written");
}

void page_to_json() {
  static const v1::ListResponse page = [] {
    v1::ListResponse made;
    for (int i = 1; i <= in_page; ++i) *made.add_items() = some_record(i);
    made.set_total(200'000);
    made.set_next_page_token("a token");
    return made;
  }();
  std::string out;
  json::append_page(out, page, 0, in_page);
  must(out.size() > in_page * 200, "a page is not written");
}

void json_to_record() {
  v1::NewRecord record;
  const auto read = json::read_new_record(
      R"({"title":"Made under load","owner":"owner007","status":"active","description":"some words of \"description\", 中文"})", record);
  must(!read.has_error() && record.owner() == "owner007", "a record is not read");
}

/// What the database sends for a record, binary, as a message.
class RowPath {
 public:
  RowPath() : rows_(PQmakeEmptyPGresult(nullptr, PGRES_TUPLES_OK)), row_(rows_) {
    std::vector<PGresAttDesc> columns(records::postgres::record_columns, PGresAttDesc{.name = name_, .format = 1});
    PQsetResultAttrs(rows_, records::postgres::record_columns, columns.data());
    put(0, number(4711));
    put(1, "Made under load 4711");
    put(2, "owner007");
    put(3, "active");
    put(4, std::string(90, 'd'));
    for (int column = 5; column < 8; ++column) put(column, number(800'000'000'000'000));
  }

  void operator()() {
    v1::Record record;
    records::to_proto(records::postgres::read_record(row_, 0), record);
    must(record.id() == 4711 && record.owner() == "owner007", "a row is not read");
  }

 private:
  static std::string number(std::int64_t value) {
    boost::endian::native_to_big_inplace(value);
    return {reinterpret_cast<const char*>(&value), sizeof value};
  }
  void put(int column, std::string value) { PQsetvalue(rows_, 0, column, value.data(), static_cast<int>(value.size())); }

  char name_[2] = "c";
  PGresult* rows_;
  pg::Rows row_;
};

/// A message of reads between gateway and service, there and back.
void batch_of_reads() {
  static const std::vector<v1::Record> stored = [] {
    std::vector<v1::Record> made;
    for (int i = 0; i < in_batch; ++i) made.push_back(some_record(i + 1));
    return made;
  }();
  v1::ExecuteRequest asked, taken;
  for (int i = 0; i < in_batch; ++i) {
    v1::Call& call = *asked.add_calls();
    call.set_id(static_cast<std::uint64_t>(i));
    call.set_timeout_us(30'000'000);
    call.mutable_get()->set_id(i + 1);
  }
  must(taken.ParseFromString(asked.SerializeAsString()), "a batch is not understood");
  v1::ExecuteResponse answers;
  for (const v1::Call& call : taken.calls()) {
    v1::Reply& reply = *answers.add_replies();
    reply.set_id(call.id());
    *reply.mutable_get()->mutable_record() = stored[static_cast<std::size_t>(call.get().id() - 1)];
  }
  google::protobuf::Arena arena;
  auto* const read = google::protobuf::Arena::CreateMessage<v1::ExecuteResponse>(&arena);
  must(read->ParseFromString(answers.SerializeAsString()) && read->replies_size() == in_batch, "a batch of answers is not understood");
}

/// Lists of one shape as one statement with its parameters.
class ListsPath {
 public:
  ListsPath() {
    for (int i = 0; i < in_page; ++i) {
      auto& query = queries_.emplace_back();
      query.filter.owner = "owner" + std::to_string(i);
      query.filter.status = records::Status::active;
    }
    for (const auto& query : queries_) all_.push_back(&query);
  }

  void operator()() {
    for (const auto& query : queries_)
      must(records::postgres::ListSql::shape(query) == records::postgres::ListSql::shape(queries_[0]), "shapes differ");
    must(sql_.pages(all_).params.count() > 0 && sql_.counts(all_).params.count() > 0, "a statement has no parameters");
  }

 private:
  std::vector<records::ListQuery> queries_;
  std::vector<const records::ListQuery*> all_;
  records::postgres::ListSql sql_;
};

struct Path {
  const char* name;
  std::function<void()> once;
};

}  // namespace

int main() {
  constexpr int times = 200;
  HeaderPath header;
  SessionPath session;
  RowPath row;
  ListsPath lists;
  const Path paths[]{{"request header to route", std::ref(header)},
                     {"request on a session", std::ref(session)},
                     {"record to JSON", record_to_json},
                     {"page of 20 to JSON", page_to_json},
                     {"JSON to new record", json_to_record},
                     {"database row to message", std::ref(row)},
                     {"64 reads in a message, there and back", batch_of_reads},
                     {"20 lists as one statement", std::ref(lists)}};
  for (const Path& path : paths) {
    path.once();  // what is made once is not counted
    CALLGRIND_ZERO_STATS;
    for (int i = 0; i < times; ++i) path.once();
    CALLGRIND_DUMP_STATS_AT(path.name);
  }
  std::printf("%d\n", times);
}
