// The domain: what a record is, its limits, how it is filtered, sorted and paged. Knows neither proto nor SQL.
// Used by the store implementations and the service.
#pragma once

#include "base/error.hpp"
#include "base/time.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace records {

enum class Status { pending, active, done, archived };

inline constexpr std::array<std::string_view, 4> status_names{"pending", "active", "done", "archived"};

inline std::string_view name(Status status) { return status_names[static_cast<std::size_t>(status)]; }
std::optional<Status> parse_status(std::string_view text);

/// Bounds of the contract. Lengths are in characters (code points).
namespace limits {
inline constexpr std::size_t title = 200;
inline constexpr std::size_t owner = 100;
inline constexpr std::size_t description = 10'000;
inline constexpr std::size_t query_text = 200;
inline constexpr std::size_t idempotency_key = 255;
inline constexpr int page = 200;
inline constexpr int default_page = 20;
inline constexpr std::size_t batch = 1000;
}  // namespace limits

struct Record {
  std::int64_t id = 0;
  std::string title;
  std::string owner;
  Status status = Status::pending;
  std::string description;
  base::Micros created_at{};
  base::Micros updated_at{};
  std::int64_t version = 0;

  bool operator==(const Record&) const = default;
};

/// What a client gives.
struct NewRecord {
  std::string title;
  std::string owner;
  Status status = Status::pending;
  std::string description;
};

/// Only what is present changes.
struct Change {
  std::optional<std::string> title;
  std::optional<std::string> owner;
  std::optional<Status> status;
  std::optional<std::string> description;
};

/// Each names every bad field. An empty answer: all is well.
std::vector<base::FieldViolation> check(const NewRecord& record);
std::vector<base::FieldViolation> check(const Change& change);

struct Filter {
  std::optional<Status> status;
  std::optional<std::string> owner;
  std::optional<std::string> q;  ///< text contained in title or description, letter case ignored

  bool operator==(const Filter&) const = default;
};

std::vector<base::FieldViolation> check(const Filter& filter);

enum class SortKey { id, created_at, updated_at, title };

struct Sort {
  SortKey key = SortKey::id;
  bool descending = false;

  bool operator==(const Sort&) const = default;
};

/// Where a keyset page goes on: after the record with this sort value and id.
struct Keyset {
  std::string value;  ///< of the sort key: microseconds since 1970 as text, or the title; empty when sorted by id
  std::int64_t id = 0;

  bool operator==(const Keyset&) const = default;
};

/// The place of `record` in the order `sort`.
Keyset keyset_of(const Record& record, Sort sort);

/// Opaque to clients; bound to filter and sort, so that a token cannot be used with another query.
std::string encode_page_token(const Keyset& after, const Filter& filter, Sort sort);
/// INVALID_ARGUMENT with reason PAGE_TOKEN_INVALID for anything that encode_page_token has not made for this filter and sort.
base::Result<Keyset> decode_page_token(std::string_view token, const Filter& filter, Sort sort);

struct ListQuery {
  Filter filter;
  Sort sort;
  std::int64_t skip = 0;
  int limit = limits::default_page;
  std::optional<Keyset> after;
  bool count = true;
};

struct Page {
  std::vector<Record> items;
  std::optional<std::int64_t> total;
  bool more = false;  ///< there are records after the last item
};

}  // namespace records
