// Beast's HTTP/1.1 parser without its containers: header fields become views into the session's buffer, the body is appended to one string.
// Included by the session's files only. Source: RFC 9112.
#pragma once

#include "http/request.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <deque>
#include <string>
#include <string_view>

namespace http {

class Parser final : public boost::beast::http::basic_parser<true> {
 public:
  /// `header` is the whole header, up to and with the empty line; it must stay where it is.
  explicit Parser(Request& request) : request_(request) { body_limit(boost::none); }

  /// False: broken (400). `header_fault` says why.
  bool parse_header(std::string_view header);
  const std::string& header_fault() const { return fault_; }

  /// Takes what it can; returns how many bytes. False in `well_formed`: broken chunks.
  std::size_t parse_body(const char* bytes, std::size_t size, bool& well_formed);

  int version() const { return version_; }
  bool expects_continue() const;

  std::string body;

 private:
  using Ec = boost::beast::error_code;
  using View = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb, View method, View target, int version, Ec&) override;
  void on_response_impl(int, View, int, Ec&) override {}
  void on_field_impl(boost::beast::http::field, View name, View value, Ec&) override;
  void on_header_impl(Ec&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, Ec&) override;
  std::size_t on_body_impl(View bytes, Ec&) override;
  void on_chunk_header_impl(std::uint64_t, View, Ec&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, View bytes, Ec&) override;
  void on_finish_impl(Ec&) override {}

  void put_single(std::string_view& place, std::string_view value, std::string_view what);
  void put_list(std::string_view& place, std::string_view value);

  Request& request_;
  std::string_view header_;
  std::deque<std::string> joined_;  ///< list fields that came in several lines
  std::string fault_;
  int version_ = 11;
  int hosts_ = 0;
  bool chunked_ = false;
  bool header_parsed_ = false;
};

}  // namespace http
