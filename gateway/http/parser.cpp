#include "http/parser.hpp"

#include "http/list.hpp"

#include <utility>

namespace http {

namespace bh = boost::beast::http;

namespace {

Method method_of(bh::verb verb) {
  switch (verb) {
    case bh::verb::get:
      return Method::get;
    case bh::verb::head:
      return Method::head;
    case bh::verb::post:
      return Method::post;
    case bh::verb::put:
      return Method::put;
    case bh::verb::patch:
      return Method::patch;
    case bh::verb::delete_:
      return Method::delete_;
    case bh::verb::options:
      return Method::options;
    default:
      return Method::other;
  }
}

}  // namespace

bool Parser::parse_header(std::string_view header) {
  header_ = header;
  eager(false);
  Ec error;
  header_limit(static_cast<std::uint32_t>(header.size() + 1));
  put(boost::asio::buffer(header.data(), header.size()), error);
  if (error && fault_.empty()) fault_ = "The request is not well-formed HTTP: " + error.message() + ".";
  if (!error && fault_.empty() && (hosts_ > 1 || (version_ == 11 && hosts_ == 0))) fault_ = "A request must have one Host header.";
  if (!error && fault_.empty() && version_ == 10 && chunked_) fault_ = "HTTP/1.0 knows no transfer coding.";
  header_parsed_ = true;
  return fault_.empty() && is_header_done();
}

std::size_t Parser::parse_body(const char* bytes, std::size_t size, bool& well_formed) {
  eager(true);
  Ec error;
  // Beast is not ready for less than the shortest last chunk, "0\r\n\r\n", which whatever is left ends with.
  well_formed = true;
  if (chunked_ && size < 5) return 0;
  const std::size_t used = put(boost::asio::buffer(bytes, size), error);
  well_formed = !error || error == bh::error::need_more;
  return used;
}

bool Parser::expects_continue() const { return version_ == 11 && equal_ignoring_case(request_.headers.expect, "100-continue"); }

void Parser::on_request_impl(bh::verb verb, View method, View target, int version, Ec&) {
  request_.method = method_of(verb);
  request_.method_text = method;
  request_.target = target;
  version_ = version;
}

void Parser::put_single(std::string_view& place, std::string_view value, std::string_view what) {
  if (place.data() && fault_.empty()) fault_ = "The header " + std::string(what) + " is given more than once.";
  place = value;
}

void Parser::put_list(std::string_view& place, std::string_view value) {
  if (place.data()) {
    const auto& both = joined_.emplace_back(std::string(place) + ", " + std::string(value));
    place = both;
  } else {
    place = value;
  }
}

void Parser::on_field_impl(bh::field field, View name, View text, Ec& error) {
  if (header_parsed_) return;  // trailer fields: nobody reads them (RFC 9112 7.1.2)
  const std::string_view value = text;
  // A folded value stands in a buffer of Beast's own (RFC 9112 5.2 lets us refuse it).
  if (!value.empty() && (value.data() < header_.data() || value.data() >= header_.data() + header_.size())) {
    error = bh::error::bad_obs_fold;
    return;
  }
  Headers& headers = request_.headers;
  switch (field) {
    case bh::field::host:
      ++hosts_, headers.host = value;
      return;
    case bh::field::accept:
      return put_list(headers.accept, value);
    case bh::field::accept_encoding:
      return put_list(headers.accept_encoding, value);
    case bh::field::accept_language:
      return put_list(headers.accept_language, value);
    case bh::field::content_type:
      return put_single(headers.content_type, value, name);
    case bh::field::content_encoding:
      return put_list(headers.content_encoding, value);
    case bh::field::expect:
      return put_list(headers.expect, value);
    case bh::field::origin:
      return put_single(headers.origin, value, name);
    case bh::field::if_match:
      return put_list(headers.if_match, value);
    case bh::field::if_none_match:
      return put_list(headers.if_none_match, value);
    case bh::field::prefer:
      return put_list(headers.prefer, value);
    case bh::field::access_control_request_method:
      return put_single(headers.access_control_request_method, value, name);
    case bh::field::sec_fetch_site:
      return put_single(headers.sec_fetch_site, value, name);
    case bh::field::cookie:
      if (headers.cookie.data()) {
        headers.cookie = joined_.emplace_back(std::string(headers.cookie) + "; " + std::string(value));
      } else {
        headers.cookie = value;
      }
      return;
    case bh::field::transfer_encoding:
      // Any other coding would leave us guessing where the body ends (RFC 9112 6.3).
      if (std::exchange(chunked_, true) || !equal_ignoring_case(value, "chunked"))
        fault_ = "The only transfer coding taken is chunked, given once.";
      return;
    case bh::field::unknown:
      break;
    default:
      return;
  }
  if (equal_ignoring_case(name, "traceparent")) headers.traceparent = value;
  else if (equal_ignoring_case(name, "x-request-id")) headers.request_id = value;
  else if (equal_ignoring_case(name, "x-forwarded-for")) put_list(headers.forwarded_for, value);
  else if (equal_ignoring_case(name, "x-consistency-token")) put_single(headers.consistency_token, value, name);
  else if (equal_ignoring_case(name, "idempotency-key"))
    put_single(headers.idempotency_key, value, name), headers.has_idempotency_key = true;
}

void Parser::on_body_init_impl(const boost::optional<std::uint64_t>& length, Ec&) {
  constexpr std::uint64_t most_reserved = 64 * 1024;  // what a client claims is not yet there
  if (length) body.reserve(static_cast<std::size_t>(std::min(*length, most_reserved)));
}

std::size_t Parser::on_body_impl(View bytes, Ec&) {
  body.append(bytes.data(), bytes.size());
  return bytes.size();
}

std::size_t Parser::on_chunk_body_impl(std::uint64_t, View bytes, Ec&) {
  body.append(bytes.data(), bytes.size());
  return bytes.size();
}

}  // namespace http
