// What each address does, on a backend in memory: redirects, refusals, conflicts, failures. No HTTP.
#include "console/guard.hpp"
#include "console/links.hpp"
#include "routes/console_site.hpp"
#include "samples.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>

#include <map>

using namespace samples;
using routes::Answer;
using routes::Visit;

namespace {

class FakeBackend : public routes::ConsoleBackend {
 public:
  std::map<std::int64_t, records::v1::Record> stored;
  std::optional<base::Error> broken;  ///< what every call answers
  records::v1::ListRequest listed;
  records::v1::CreateRequest created;
  std::string imported;
  records::v1::ImportResponse import_answer;

  routes::ConsoleReply<records::v1::ListResponse> list(const records::v1::ListRequest& request) override {
    if (broken) co_return *broken;
    listed = request;
    if (request.page_token() == "foreign") co_return base::invalid("page_token", "is not ours");
    records::v1::ListResponse out;
    for (const auto& [id, record] : stored) *out.add_items() = record;
    out.set_total(static_cast<std::int64_t>(stored.size()));
    co_return out;
  }
  routes::ConsoleReply<records::v1::Record> get(std::int64_t id, bool) override {
    if (broken) co_return *broken;
    const auto found = stored.find(id);
    if (found == stored.end()) co_return base::not_found("no such record");
    co_return found->second;
  }
  routes::ConsoleReply<records::v1::Record> create(const records::v1::CreateRequest& request) override {
    created = request;
    if (broken) co_return *broken;
    const auto id = static_cast<std::int64_t>(stored.size()) + 1;
    auto& record = stored[id];
    record.set_id(id);
    record.set_title(request.record().title());
    record.set_version(1);
    co_return record;
  }
  routes::ConsoleReply<records::v1::Record> update(const records::v1::UpdateRequest& request) override {
    if (broken) co_return *broken;
    const auto found = stored.find(request.id());
    if (found == stored.end()) co_return base::not_found("no such record");
    if (found->second.version() != request.expected_versions(0)) co_return base::version_mismatch("changed");
    found->second.set_title(request.title());
    found->second.set_version(found->second.version() + 1);
    co_return found->second;
  }
  routes::ConsoleReply<records::v1::DeleteResponse> remove(const records::v1::DeleteRequest& request) override {
    if (broken) co_return *broken;
    const auto found = stored.find(request.id());
    if (found == stored.end()) co_return base::not_found("no such record");
    if (found->second.version() != request.expected_versions(0)) co_return base::version_mismatch("changed");
    stored.erase(found);
    co_return records::v1::DeleteResponse();
  }
  routes::ConsoleReply<records::v1::ImportResponse> import(std::string text, std::string_view, bool) override {
    if (broken) co_return *broken;
    imported = std::move(text);
    co_return import_answer;
  }
  routes::ConsoleReply<console::Statistics> figures() override {
    if (broken) co_return *broken;
    co_return console::Statistics{};
  }
  routes::ConsoleReply<console::Statistics> summarize(std::string_view engine) override {
    if (broken) co_return *broken;
    console::Statistics out;
    out.engine = engine == "flink" ? "flink" : "sql_fallback";
    co_return out;
  }
  routes::ConsoleReply<analytics::v1::ListRunsResponse> runs() override {
    if (broken) co_return *broken;
    analytics::v1::ListRunsResponse out;
    auto& run = *out.add_runs();
    run.set_engine("flink");
    run.set_outcome("cancelled");
    run.set_duration_ms(1234);
    run.set_fallback_reason("\"><script>");
    co_return out;
  }
  routes::ConsoleReply<cluster::v1::GetTopologyResponse> topology() override {
    if (broken) co_return *broken;
    co_return cluster::v1::GetTopologyResponse();
  }
};

struct Site {
  FakeBackend backend;
  routes::ConsoleSite site{backend};
  std::string token = console::new_token();

  Answer run(routes::ConsoleSite::Page page) {
    boost::asio::io_context context;
    std::optional<Answer> out;
    boost::asio::co_spawn(context, std::move(page), [&out](const std::exception_ptr& thrown, Answer answer) {
      if (thrown) std::rethrow_exception(thrown);
      out = std::move(answer);
    });
    context.run();
    return std::move(*out);
  }
  Visit visit(std::string target = "/") const {
    Visit out;
    out.target = std::move(target);
    out.host = "here:8000";
    out.cookies = "console_csrf=" + token;
    return out;
  }
  Visit post(std::initializer_list<std::pair<const char*, std::string>> fields) const {
    Visit out = visit();
    out.content_type = "application/x-www-form-urlencoded";
    out.body = "csrf=" + token;
    for (const auto& [name, value] : fields) out.body += std::string("&") + name + "=" + console::url_encode(value);
    return out;
  }
  void store(std::int64_t id, std::int64_t version) {
    auto& record = backend.stored[id];
    record.set_id(id);
    record.set_title("stored title");
    record.set_owner("maria");
    record.set_status(records::v1::STATUS_ACTIVE);
    record.set_version(version);
  }
};

std::string header(const Answer& answer, std::string_view name, std::string_view part = {}) {
  for (const auto& [key, value] : answer.headers) {
    if (key == name && has(value, part)) return value;
  }
  return {};
}

}  // namespace

TEST_CASE_METHOD(Site, "the cluster panel alone is a piece of the page") {
  const Answer piece = run(site.serve(visit("/console/cluster")));
  CHECK(piece.status == 200);
  CHECK(piece.body.starts_with("<section"));
  CHECK(has(run(site.serve(visit())).body, "<section class=\"card\" aria-labelledby=\"cluster-title\""));
  backend.broken = base::unavailable("away");
  CHECK(has(run(site.serve(visit("/console/cluster"))).body, "away"));
}

TEST_CASE_METHOD(Site, "a page carries the policy, a new visitor a token") {
  Visit first = visit();
  first.cookies.clear();
  const Answer answer = run(site.list(first));
  CHECK(answer.status == 200);
  CHECK(has(header(answer, "Content-Security-Policy"), "default-src 'none'"));
  CHECK_FALSE(has(header(answer, "Content-Security-Policy"), "unsafe"));
  const std::string cookie = header(answer, "Set-Cookie", "console_csrf=");
  CHECK(has(cookie, "SameSite=Strict"));
  CHECK(has(cookie, "HttpOnly"));
  CHECK(header(run(site.list(visit())), "Set-Cookie").empty());
}

TEST_CASE_METHOD(Site, "the query reaches the backend") {
  run(site.list(visit("/?q=a+b&owner=&status=done&sort=-title&limit=50&skip=100&page_token=tok")));
  CHECK(backend.listed.filter().q() == "a b");
  CHECK_FALSE(backend.listed.filter().has_owner());
  CHECK(backend.listed.filter().status() == records::v1::STATUS_DONE);
  CHECK(backend.listed.sort() == records::v1::SORT_TITLE_DESC);
  CHECK(backend.listed.limit() == 50);
  CHECK(backend.listed.page_token() == "tok");
  CHECK(backend.listed.skip() == 0);  // the backend refuses both at once
}

TEST_CASE_METHOD(Site, "bad queries are pages of 400") {
  for (const char* query : {"limit=0", "limit=201", "limit=1e3", "limit= 5", "skip=-1", "skip=9223372036854775807", "status=x", "sort=x",
                            "x=1", "q=a&q=b", "q=%zz", "q=%ff", "q=%00", "page_token=foreign"}) {
    INFO(query);
    const Answer answer = run(site.list(visit(std::string("/?") + query)));
    CHECK(answer.status == 400);
    CHECK(has(answer.body, "<main"));
  }
}

TEST_CASE_METHOD(Site, "a backend that does not answer is a page of 503 with the rest of the layout") {
  backend.broken = base::unavailable("no node takes writes");
  const Answer answer = run(site.list(visit("/?status=done")));
  CHECK(answer.status == 503);
  CHECK(has(answer.body, "no node takes writes"));
  CHECK(has(answer.body, "role=\"search\""));
  CHECK_FALSE(header(answer, "Retry-After").empty());
  CHECK(run(site.edit_form(visit(), "1")).status == 503);
  const Answer form = run(site.create(post({{"title", "typed"}, {"owner", "o"}, {"status", "done"}, {"key", token}})));
  CHECK(form.status == 503);
  CHECK(has(form.body, "value=\"typed\""));
  CHECK(has(form.body, "name=\"key\" value=\"" + token + "\""));
}

TEST_CASE_METHOD(Site, "create: refused fields, then stored, redirected, told once") {
  const Answer refused = run(site.create(post({{"title", " "}, {"owner", "o"}, {"status", "done"}})));
  CHECK(refused.status == 422);
  CHECK(backend.stored.empty());
  const Answer done = run(site.create(
      post({{"title", "t"}, {"owner", "o"}, {"status", "done"}, {"description", "a\r\nb"}, {"key", token}, {"back", "status=done"}})));
  CHECK(done.status == 303);
  CHECK(header(done, "Location") == "/?status=done");
  CHECK(backend.created.record().description() == "a\nb");
  CHECK(backend.created.idempotency_key() == token);
  CHECK(has(header(done, "Set-Cookie"), "console_flash=flash.created:1:0;"));
  Visit next = visit();
  next.cookies += "; console_flash=flash.created:1:0";
  const Answer shown = run(site.list(next));
  CHECK(has(shown.body, "Record 1 has been created."));
  CHECK(has(header(shown, "Set-Cookie"), "console_flash=; Path=/; Max-Age=0"));
}

TEST_CASE_METHOD(Site, "forged posts are pages of 403 and change nothing") {
  store(1, 1);
  Visit forged = post({{"title", "t"}, {"owner", "o"}, {"status", "done"}, {"version", "1"}});
  SECTION("no cookie") { forged.cookies.clear(); }
  SECTION("another site") { forged.origin = "http://evil.example"; }
  SECTION("cross-site") { forged.sec_fetch_site = "cross-site"; }
  SECTION("another token") { forged.cookies = "console_csrf=" + console::new_token(); }
  CHECK(run(site.create(forged)).status == 403);
  CHECK(run(site.update(forged, "1")).status == 403);
  CHECK(run(site.remove(forged, "1")).status == 403);
  CHECK(run(site.import(forged)).status == 403);
  CHECK(backend.stored.size() == 1);
  CHECK(backend.stored[1].title() == "stored title");
}

TEST_CASE_METHOD(Site, "bodies that are no form") {
  Visit odd = post({});
  odd.content_type = "application/json";
  CHECK(run(site.create(odd)).status == 415);
  odd = post({});
  odd.body = "a=%zz";
  CHECK(run(site.create(odd)).status == 400);
  odd.content_type = "multipart/form-data; boundary=x";
  CHECK(run(site.import(odd)).status == 400);
}

TEST_CASE_METHOD(Site, "edit: saved, or shown beside what somebody else has stored") {
  store(7, 3);
  CHECK(has(run(site.edit_form(visit(), "7")).body, "name=\"version\" value=\"3\""));
  const Answer conflict = run(site.update(post({{"title", "mine"}, {"owner", "maria"}, {"status", "active"}, {"version", "2"}}), "7"));
  CHECK(conflict.status == 409);
  CHECK(has(conflict.body, "<td>stored title</td><td>mine</td>"));
  CHECK(has(conflict.body, "name=\"version\" value=\"3\""));
  CHECK(backend.stored[7].title() == "stored title");
  const Answer saved = run(site.update(post({{"title", "mine"}, {"owner", "maria"}, {"status", "active"}, {"version", "3"}}), "7"));
  CHECK(saved.status == 303);
  CHECK(has(header(saved, "Set-Cookie"), "flash.updated:7:4"));
  CHECK(backend.stored[7].title() == "mine");
}

TEST_CASE_METHOD(Site, "records that do not exist, ids that cannot") {
  for (const char* id : {"8", "0", "-1", "abc", "99999999999999999999", "1e3", " 1", "<script>"}) {
    INFO(id);
    CHECK(run(site.edit_form(visit(), id)).status == 404);
    CHECK(run(site.delete_question(visit(), id)).status == 404);
    const Answer answer = run(site.update(post({{"title", "t"}, {"owner", "o"}, {"status", "done"}, {"version", "1"}}), id));
    CHECK(answer.status == 404);
    CHECK_FALSE(has(answer.body, "<script>"));
  }
  store(1, 1);
  CHECK(run(site.update(post({{"title", "t"}, {"owner", "o"}, {"status", "done"}, {"version", "x"}}), "1")).status == 400);
}

TEST_CASE_METHOD(Site, "delete: asked again when the record has changed, fine when it is gone") {
  store(7, 3);
  CHECK(has(run(site.delete_question(visit("/console/records/7/delete?back=q%3Dx"), "7")).body, "name=\"back\" value=\"q=x\""));
  const Answer again = run(site.remove(post({{"version", "2"}}), "7"));
  CHECK(again.status == 409);
  CHECK(backend.stored.size() == 1);
  CHECK(run(site.remove(post({{"version", "3"}, {"back", "q=x"}}), "7")).status == 303);
  CHECK(backend.stored.empty());
  const Answer gone = run(site.remove(post({{"version", "3"}}), "7"));
  CHECK(has(header(gone, "Set-Cookie"), "flash.gone:7"));
}

TEST_CASE_METHOD(Site, "import: exactly one source, then its outcome") {
  CHECK(run(site.import(post({{"format", "csv"}}))).status == 422);
  backend.import_answer.set_imported(2);
  CHECK(run(site.import(post({{"text", "title,owner\na,b\n"}}))).status == 303);
  CHECK(backend.imported == "title,owner\na,b\n");
  Visit upload = visit();
  upload.content_type = "multipart/form-data; boundary=B";
  const auto field = [](const std::string& disposition, const std::string& value) {
    return "--B\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + value + "\r\n";
  };
  upload.body =
      field("name=\"csrf\"", token) + field("name=\"file\"; filename=\"a.csv\"", "x,y") + field("name=\"text\"", "") + "--B--\r\n";
  backend.import_answer.set_failed(1);
  auto* error = backend.import_answer.add_errors();
  error->set_line(3);
  error->set_field("title");
  error->set_message("must not be blank");
  const Answer partly = run(site.import(upload));
  CHECK(partly.status == 200);
  CHECK(backend.imported == "x,y");
  CHECK(has(partly.body, "2 imported, 1 refused"));
  CHECK(run(site.import(post({{"text", "a"}, {"file", "b"}}))).status == 422);
}

TEST_CASE_METHOD(Site, "summary by the engine asked for") {
  CHECK(run(site.summary(visit("/console/summary"))).status == 200);
  CHECK(has(run(site.summary(visit("/console/summary?run=1&engine=flink"))).body, "engine-flink"));
  const std::string past = run(site.summary(visit("/console/summary"))).body;
  CHECK(has(past, "Cancelled"));
  CHECK(has(past, "1,234 ms"));
  CHECK(has(past, "title=\"&quot;&gt;&lt;script&gt;\""));
  CHECK(run(site.summary(visit("/console/summary?run=1&engine=x"))).status == 400);
  backend.broken = base::unavailable("Flink does not answer");
  CHECK(run(site.summary(visit("/console/summary?run=1&engine=flink"))).status == 503);
}

TEST_CASE_METHOD(Site, "choices are remembered and lead back here only") {
  const Answer chosen = routes::remember(visit("/console/preferences?lang=zh&back=%2F%3Fq%3Dx"));
  CHECK(chosen.status == 303);
  CHECK(header(chosen, "Location") == "/?q=x");
  CHECK(has(header(chosen, "Set-Cookie"), "console_lang=zh;"));
  const Answer evil = routes::remember(visit("/console/preferences?theme=x%0d%0aa&back=%2F%2Fevil.example"));
  CHECK(header(evil, "Location") == "/");
  CHECK(header(evil, "Set-Cookie").empty());
}

TEST_CASE_METHOD(Site, "every address has its page, other addresses and methods have theirs") {
  store(5, 1);
  const auto status = [this](const char* method, const char* target) {
    Visit asked = visit(target);
    asked.method = method;
    return run(site.serve(asked)).status;
  };
  for (const char* target :
       {"/", "/?q=a", "/console/summary", "/console/import/", "/console/records/new", "/console/records/5", "/console/records/5/",
        "/console/records/5/delete", "/console/assets/console.css", "/console/assets/live.js?v=1"}) {
    INFO(target);
    CHECK(status("GET", target) == 200);
    CHECK(status("HEAD", target) == 200);
    CHECK(status("DELETE", target) == 405);
  }
  for (const char* target : {"/console/nothing", "/console/records", "/console/records//delete", "/console/records/5/6/delete",
                             "/console/records/5/delete/x", "/console/assets/", "/console/assets/../main", "/console/records/new/delete"}) {
    INFO(target);
    CHECK(status("GET", target) == 404);
  }
  CHECK(status("GET", "/console") == 303);
  CHECK(status("POST", "/") == 405);
  CHECK(status("POST", "/console/records/new") == 415);
}

TEST_CASE_METHOD(Site, "assets are known again by their tag") {
  Visit asked = visit("/console/assets/live.js");
  const Answer first = run(site.serve(asked));
  CHECK(has(header(first, "Content-Type"), "text/javascript"));
  CHECK(has(header(first, "Cache-Control"), "no-cache"));
  asked.if_none_match = header(first, "ETag");
  const Answer again = run(site.serve(asked));
  CHECK(again.status == 304);
  CHECK(again.body.empty());
  asked.target += "?v=1";
  CHECK(has(header(run(site.serve(asked)), "Cache-Control"), "immutable"));
}
