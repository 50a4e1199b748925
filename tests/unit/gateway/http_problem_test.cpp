// The one table from an error to an HTTP status, and the documents it makes (RFC 9457).
#include "http/problem.hpp"

#include "support/catch.hpp"

using base::Code;
using http::Place;
using http::problem;
using http::Request;
using http::Response;
using http::status_of;

namespace {

base::Error error(Code code, std::string_view reason = {}) {
  return {.code = code, .message = "a \"message\"", .reason = std::string(reason), .detail = "only for the log"};
}

const std::string trace = "4bf92f3577b34da6a3ce929d0e0e4736";

void set_trace(Request& request) { request.headers.traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"; }

/// A document's beginning, which is the same for all.
std::string begin(unsigned status, std::string_view title, std::string_view detail) {
  return R"({"type":"about:blank","title":")" + std::string(title) + R"(","status":)" + std::to_string(status) + R"(,"detail":")" +
         std::string(detail) + R"(","trace_id":")" + trace + "\"";
}

}  // namespace

TEST_CASE("the table: every code, where the bad value stood") {
  struct Row {
    Code code;
    unsigned in_request, in_body;
  };
  const Row table[] = {{Code::cancelled, 499, 499},
                       {Code::unknown, 500, 500},
                       {Code::invalid_argument, 400, 422},
                       {Code::deadline_exceeded, 504, 504},
                       {Code::not_found, 404, 404},
                       {Code::already_exists, 409, 409},
                       {Code::permission_denied, 403, 403},
                       {Code::resource_exhausted, 503, 503},
                       {Code::failed_precondition, 409, 409},
                       {Code::aborted, 409, 409},
                       {Code::out_of_range, 400, 413},
                       {Code::unimplemented, 501, 501},
                       {Code::internal, 500, 500},
                       {Code::unavailable, 503, 503},
                       {Code::data_loss, 500, 500},
                       {Code::unauthenticated, 401, 401}};
  for (const auto& [code, in_request, in_body] : table) {
    CAPTURE(base::name(code));
    CHECK(status_of(error(code), Place::request) == in_request);
    CHECK(status_of(error(code), Place::body) == in_body);
  }
  CHECK(status_of(error(static_cast<Code>(99)), Place::request) == 500);
}

TEST_CASE("the table: a reason that programs compare goes before the code, wherever it stood") {
  for (const Place place : {Place::request, Place::body}) {
    CHECK(status_of(error(Code::invalid_argument, base::reason::malformed), place) == 400);
    CHECK(status_of(error(Code::invalid_argument, base::reason::idempotency_key_reused), place) == 422);
    CHECK(status_of(error(Code::aborted, base::reason::version_mismatch), place) == 412);
    CHECK(status_of(error(Code::failed_precondition, base::reason::version_mismatch), place) == 412);
    CHECK(status_of(error(Code::invalid_argument, base::reason::page_token_invalid), place) == 400);
    CHECK(status_of(error(Code::not_found, "SOMETHING_ELSE"), place) == 404);
  }
}

TEST_CASE("a document says what is wrong, with the trace and every field") {
  Request request;
  set_trace(request);
  base::Error invalid = base::invalid({{"title", "must not be \"blank\""}, {"owner", "is required"}});
  invalid.message = "Two fields are bad.";
  const Response response = problem(request, invalid, Place::body);
  CHECK(response.status == 422);
  CHECK(response.type == "application/problem+json");
  CHECK(response.head == "Cache-Control: no-store\r\n");
  CHECK(response.body == begin(422, "Unprocessable Content", "Two fields are bad.") +
                             R"(,"errors":[{"field":"title","message":"must not be \"blank\""},{"field":"owner","message":"is required"}]})"
                             "\n");
}

TEST_CASE("a reason is told as code, but not the one that is the gateway's own") {
  Request request;
  set_trace(request);
  CHECK(problem(request, error(Code::aborted, base::reason::version_mismatch)).body ==
        begin(412, "Precondition Failed", R"(a \"message\")") + R"(,"code":"VERSION_MISMATCH"})"
                                                                "\n");
  CHECK(problem(request, error(Code::invalid_argument, base::reason::malformed)).body ==
        begin(400, "Bad Request", R"(a \"message\")") + "}\n");
}

TEST_CASE("a fault of ours keeps its message and detail for the log") {
  for (const Code code : {Code::internal, Code::unknown, Code::data_loss}) {
    Request request;
    set_trace(request);
    const Response response = problem(request, error(code));
    CHECK(response.status == 500);
    CHECK_THAT(response.body, !Catch::Contains("message"));
    CHECK_THAT(response.body, !Catch::Contains("only for the log"));
    CHECK_THAT(response.body, Catch::Contains(trace));
  }
  Request request;
  CHECK_THAT(problem(request, error(Code::unavailable)).body, !Catch::Contains("only for the log"));
}

TEST_CASE("who may come back later is told when, in whole seconds and at least one") {
  const auto retry = [](Code code, std::optional<std::chrono::milliseconds> after) {
    Request request;
    base::Error again = error(code);
    again.retry_after = after;
    return problem(request, again).head;
  };
  using std::chrono::milliseconds;
  CHECK_THAT(retry(Code::unavailable, {}), Catch::Contains("Retry-After: 1\r\n"));
  CHECK_THAT(retry(Code::unavailable, milliseconds(0)), Catch::Contains("Retry-After: 1\r\n"));
  CHECK_THAT(retry(Code::resource_exhausted, milliseconds(2001)), Catch::Contains("Retry-After: 3\r\n"));
  CHECK_THAT(retry(Code::resource_exhausted, milliseconds(2000)), Catch::Contains("Retry-After: 2\r\n"));
  CHECK_THAT(retry(Code::not_found, milliseconds(2000)), !Catch::Contains("Retry-After"));
  for (const unsigned status : {429u, 503u}) {
    Request request;
    CHECK_THAT(problem(request, status, "later").head, Catch::Contains("Retry-After: 1\r\n"));
  }
}

TEST_CASE("a document by its number, for what the session refuses") {
  Request request;
  set_trace(request);
  const Response response = problem(request, 415, "No \\ such type.", {{"Content-Type", "must be x"}});
  CHECK(response.status == 415);
  CHECK(response.body == begin(415, "Unsupported Media Type", R"(No \\ such type.)") +
                             R"(,"errors":[{"field":"Content-Type","message":"must be x"}]})"
                             "\n");
}

TEST_CASE("a refused import names its lines and says that nothing is kept") {
  Request request;
  set_trace(request);
  const Response response = http::import_problem(request, 5, {{2, "title", "is \"bad\""}, {9, "", "is no row"}}, true);
  CHECK(response.status == 422);
  CHECK(
      response.body ==
      begin(422, "Unprocessable Content", "Nothing was imported: some lines are bad.") +
          R"(,"imported":0,"failed":5,"errors":[{"line":2,"field":"title","message":"is \"bad\""},{"line":9,"field":"","message":"is no row"}],"errors_truncated":true})"
          "\n");
  std::string members;
  http::append_line_errors(members, 0, {}, false);
  CHECK(members == R"(,"failed":0,"errors":[],"errors_truncated":false)");
}
