// Bodies of HTML forms, whole and broken.
#include "http/form.hpp"

#include <catch2/catch.hpp>

using http::parse_multipart;
using http::parse_urlencoded;

namespace {

const std::string boundary = "----WebKitFormBoundaryX";

std::string part(const std::string& disposition, const std::string& content) {
  return "--" + boundary + "\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + content + "\r\n";
}

std::string end() { return "--" + boundary + "--\r\n"; }

}  // namespace

TEST_CASE("urlencoded pairs") {
  const auto form = parse_urlencoded("title=a+b%26c&owner=&&empty&title=second&%E7%8E%8B=1");
  REQUIRE(form.has_value());
  CHECK(form->get("title") == "a b&c");
  CHECK(form->count("title") == 2);
  CHECK(form->find("owner"));
  CHECK(form->find("empty"));
  CHECK(form->get("王") == "1");
  CHECK(form->get("absent").empty());
  CHECK(parse_urlencoded("")->fields().empty());
}

TEST_CASE("broken urlencoded text is refused") {
  for (const char* text : {"a=%", "a=%4", "a=%zz", "%=1", "a=%ff", "a=%00", "%ff=a", "a=%C0%80"}) {
    INFO(text);
    CHECK_FALSE(parse_urlencoded(text).has_value());
  }
  std::string many;
  for (int i = 0; i < 65; ++i) many += "a=1&";
  CHECK_FALSE(parse_urlencoded(many).has_value());
}

TEST_CASE("multipart with a file") {
  const std::string file = "title,owner\r\n\"a\r\n--b\",c\r\n";
  const auto form =
      parse_multipart(part("name=\"csrf\"", "tok") + part("name=\"file\"; filename=\"a;b.csv\"\r\nContent-Type: text/csv", file) +
                          part("filename=\"\"; name=\"text\"", "") + end(),
                      boundary);
  REQUIRE(form.has_value());
  CHECK(form->get("csrf") == "tok");
  CHECK(form->get("file") == file);
  CHECK(form->find("file")->filename == "a;b.csv");
  REQUIRE(form->find("text"));
  CHECK(form->get("text").empty());
}

TEST_CASE("broken multipart is refused") {
  const std::string good = part("name=\"a\"", "1") + end();
  REQUIRE(parse_multipart(good, boundary).has_value());
  for (std::size_t length = 0; length + 4 < good.size(); ++length) {
    INFO(length);
    CHECK_FALSE(parse_multipart(std::string_view(good).substr(0, length), boundary).has_value());
  }
  CHECK_FALSE(parse_multipart(good, "other").has_value());
  CHECK_FALSE(parse_multipart("--" + boundary + "\r\nno header" + "\r\n" + end(), boundary).has_value());
  CHECK_FALSE(parse_multipart(part("filename=\"x\"", "1") + end(), boundary).has_value());
  CHECK_FALSE(parse_multipart(part("name=\"unclosed", "1") + end(), boundary).has_value());
  CHECK_FALSE(parse_multipart(part("name=\"\xff\"", "1") + end(), boundary).has_value());
}

TEST_CASE("the media type decides") {
  CHECK(http::multipart_boundary("multipart/form-data; boundary=abc") == "abc");
  CHECK(http::multipart_boundary("Multipart/Form-Data; charset=x; boundary=\"a b\"") == "a b");
  CHECK(http::multipart_boundary("multipart/form-data") == std::nullopt);
  CHECK(http::multipart_boundary("multipart/mixed; boundary=abc") == std::nullopt);
  CHECK(http::multipart_boundary("multipart/form-data; boundary=" + std::string(71, 'x')) == std::nullopt);
  CHECK_FALSE(http::parse_form("text/plain", "a=1").has_value());
  CHECK_FALSE(http::parse_form("", "a=1").has_value());
  REQUIRE(http::parse_form("application/x-www-form-urlencoded; charset=UTF-8", "a=1").has_value());
}
