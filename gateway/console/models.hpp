// What the console's pages show, as plain values: no HTTP, no proto. Filled by routes/console.cpp, read by the renderers (pages.hpp).
#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace console {

enum class Locale { en, zh };
enum class Theme { system, light, dark };

/// A message kept over a redirect: a key of the words and its arguments.
struct Flash {
  std::string key;  ///< such as "flash.created"
  std::int64_t first = 0;
  std::int64_t second = 0;

  bool operator==(const Flash&) const = default;
};

/// What surrounds every page.
struct Frame {
  Locale locale = Locale::en;
  Theme theme = Theme::system;
  std::string here = "/";  ///< path and query of this page; where the language and theme links come back to
  std::string csrf;        ///< the hidden field of every form
  std::optional<Flash> flash;
};

/// Why something cannot be shown, for people.
struct Failure {
  int status = 503;    ///< HTTP
  std::string detail;  ///< the backend's own sentence; may be empty
};

/// A refused field. The message is already in the page's language, or the backend's own sentence.
struct FieldError {
  std::string field;
  std::string message;

  bool operator==(const FieldError&) const = default;
};

/// What the list shows. The texts are as typed, so that a refused one can be shown again.
struct ListQuery {
  std::string status;  ///< empty: any
  std::string owner;
  std::string q;
  std::string sort = "-id";
  std::int64_t skip = 0;   ///< position of the first row; with a page token for display only
  std::string page_token;  ///< where the page goes on, made by the backend
  int limit = 20;
};

struct RecordView {
  std::int64_t id = 0;
  std::string title;
  std::string owner;
  std::string status;
  std::string description;
  base::Micros created_at{};
  base::Micros updated_at{};
  std::int64_t version = 0;
};

struct Listing {
  std::vector<RecordView> rows;
  std::int64_t total = 0;
  std::string next_page_token;  ///< empty on the last page
};

using Counts = std::vector<std::pair<std::string, std::int64_t>>;

struct Statistics {
  std::string engine;           ///< "flink" or "sql_fallback"
  std::string fallback_reason;  ///< why SQL answered; may be empty
  bool flink_ready = false;     ///< SQL was asked for by name, Flink would have answered
  std::string job_name;
  std::string job_id;
  std::string job_url;
  int parallelism = 0;
  std::int64_t total = 0;
  Counts statuses;
  Counts owners;  ///< most records first
  std::int64_t owners_total = 0;
  std::int64_t other_owners_count = 0;
  base::Micros as_of{};
  base::Micros generated_at{};
  std::int64_t duration_ms = 0;
};

struct NodeView {
  std::string name;
  std::string role;  ///< "primary", "standby", "unreachable", "unknown"
  std::string lsn;
  std::int64_t lag_bytes = 0;
  std::int64_t lag_ms = 0;
  std::int64_t round_trip_us = 0;
  int timeline = 0;
  int pool_in_use = 0;
  int pool_idle = 0;
  int pool_waiting = 0;
  int pool_max = 0;
  std::string error;
};

struct ClusterView {
  std::vector<NodeView> nodes;
  std::string dialect;
  base::Micros checked_at{};
};

/// A part of a page that may have failed by itself.
template <class Value>
struct Part {
  std::optional<Value> value;
  Failure failure;  ///< read where there is no value
};

struct ListPage {
  ListQuery query;
  std::vector<FieldError> errors;  ///< of the query
  Part<Listing> listing;
  Part<Statistics> statistics;
  Part<ClusterView> cluster;
};

/// What stands in the record form, as typed.
struct RecordFields {
  std::string title;
  std::string owner;
  std::string status = "pending";
  std::string description;
};

struct FormPage {
  std::int64_t id = 0;  ///< 0: a new record
  RecordFields fields;
  std::int64_t version = 0;     ///< the version that the form was filled from
  std::string idempotency_key;  ///< of a new record: sending the form twice stores it once
  std::string back;             ///< the list's query string, to return to
  std::vector<FieldError> errors;
  std::optional<Failure> failure;
  std::optional<RecordView> stored;  ///< of an edit: the record as stored now
  bool conflict = false;             ///< it was changed by somebody else since the form was filled
};

struct DeletePage {
  RecordView record;
  std::string back;
  bool changed = false;  ///< it was changed since the question was first asked
  std::optional<Failure> failure;
};

struct ImportLine {
  std::int64_t line = 0;
  std::string field;
  std::string message;
};

struct ImportOutcome {
  std::int64_t imported = 0;
  std::int64_t failed = 0;
  std::vector<ImportLine> errors;
  bool truncated = false;
};

struct ImportPage {
  std::int64_t limit_bytes = 1024 * 1024;  ///< how much one form may carry
  std::string text;                        ///< what was pasted
  std::string format;                      ///< "csv" or "ndjson"
  bool atomic = false;
  std::vector<FieldError> errors;
  std::optional<Failure> failure;
  std::optional<ImportOutcome> outcome;
};

/// A summary of the past.
struct PastRun {
  base::Micros started_at{};
  std::string engine;   ///< "flink" or "sql_fallback"
  std::string outcome;  ///< "done", "failed" or "cancelled"
  std::string job_id;
  std::int64_t duration_ms = 0;
  std::int64_t total = 0;
  std::string reason;  ///< why SQL answered or why it failed; may be empty
};

struct SummaryPage {
  std::string engine = "auto";  ///< what was asked for: auto, flink, sql
  std::optional<Statistics> result;
  std::optional<Failure> failure;
  std::vector<PastRun> past;  ///< the newest first
};

struct MessagePage {
  int status = 404;
  std::string detail;  ///< a further sentence; may be empty
};

}  // namespace console
