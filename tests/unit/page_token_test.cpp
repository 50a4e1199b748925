#include "base/text.hpp"
#include "records/record.hpp"

#include "support/catch.hpp"

#include <limits>

using namespace records;

namespace {

const Filter filter{.status = Status::active, .owner = "o", .q = "text"};

void check_refused(const base::Result<Keyset>& outcome) {
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == base::Code::invalid_argument);
  CHECK(outcome.error().reason == base::reason::page_token_invalid);
  REQUIRE(outcome.error().fields.size() == 1);
  CHECK(outcome.error().fields[0].field == "page_token");
}

}  // namespace

TEST_CASE("a page token comes back as it was made") {
  const std::pair<Sort, Keyset> places[] = {
      {{SortKey::id, false}, {"", 1}},
      {{SortKey::id, true}, {"", std::numeric_limits<std::int64_t>::max()}},
      {{SortKey::created_at, true}, {"1709210096123456", 42}},
      {{SortKey::updated_at, false}, {"-1", 42}},
      {{SortKey::title, false}, {"a:b:中文\xf0\x9f\xa6\x84", 42}},
      {{SortKey::title, true}, {":", 42}},
  };
  for (const auto& [sort, after] : places) {
    for (const Filter& each : {Filter{}, filter}) {
      const std::string token = encode_page_token(after, each, sort);
      CHECK(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") == std::string::npos);
      const auto decoded = decode_page_token(token, each, sort);
      REQUIRE(decoded);
      CHECK(*decoded == after);
    }
  }
}

TEST_CASE("a token is good for its own filter and sort only") {
  const Sort sort{SortKey::title, false};
  const std::string token = encode_page_token({"t", 5}, filter, sort);
  check_refused(decode_page_token(token, filter, {SortKey::title, true}));
  check_refused(decode_page_token(token, filter, {SortKey::id, false}));
  check_refused(decode_page_token(token, Filter{}, sort));
  Filter other = filter;
  other.status = Status::done;
  check_refused(decode_page_token(token, other, sort));
  other = filter, other.owner = "p";
  check_refused(decode_page_token(token, other, sort));
  other = filter, other.q.reset();
  check_refused(decode_page_token(token, other, sort));
  // A filter that says nothing and one that says "" are not the same query.
  check_refused(decode_page_token(encode_page_token({"t", 5}, Filter{.owner = ""}, sort), Filter{}, sort));
  // What belongs to the owner cannot pass as part of q.
  check_refused(
      decode_page_token(encode_page_token({"t", 5}, Filter{.owner = "ab", .q = "c"}, sort), Filter{.owner = "a", .q = "bc"}, sort));
}

TEST_CASE("no changed character, cut or addition gets through as another place") {
  const Sort sort{SortKey::created_at, false};
  const Keyset after{"1709210096123456", 42};
  const std::string token = encode_page_token(after, filter, sort);
  for (std::size_t length = 0; length < token.size(); ++length) {
    const auto cut = decode_page_token(token.substr(0, length), filter, sort);
    if (cut) CHECK(cut->id == after.id);  // fewer digits of the time at the end still are a time
  }
  for (std::size_t at = 0; at < 21; ++at) {  // the 16 digits of the query's hash
    std::string changed = token;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    check_refused(decode_page_token(changed, filter, sort));
  }
  check_refused(decode_page_token(token + "!", filter, sort));
  check_refused(decode_page_token(token + "=", filter, sort));
}

TEST_CASE("what is no token is refused") {
  const auto bad = GENERATE(as<std::string>(), "", "a", "abc", "not a token", "%00", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
  check_refused(decode_page_token(bad, filter, {}));
}

TEST_CASE("a forged value of the wrong kind is refused") {
  const auto forge = [](const std::string& rest, Sort sort) {
    const std::string plain = *base::base64url_decode(encode_page_token({"", 1}, Filter{}, sort));
    return decode_page_token(base::base64url_encode(plain.substr(0, 16) + rest), Filter{}, sort);
  };
  const Sort by_id{SortKey::id, false}, by_time{SortKey::created_at, false}, by_title{SortKey::title, false};
  CHECK(forge("5:", by_id));
  check_refused(forge("5:x", by_id));
  check_refused(forge(":", by_id));
  check_refused(forge("5", by_id));
  check_refused(forge("5x:", by_id));
  check_refused(forge(" 5:", by_id));
  check_refused(forge("9223372036854775808:", by_id));
  CHECK(forge("5:7", by_time));
  check_refused(forge("5:", by_time));
  check_refused(forge("5:now", by_time));
  check_refused(forge("5:99999999999999999999", by_time));
  CHECK(forge("5:title", by_title));
  check_refused(forge("5:\xff", by_title));
  check_refused(forge(std::string("5:a\0b", 5), by_title));
  check_refused(forge("5:" + std::string(201, 'x'), by_title));
}
