// The names of the four statuses. Used by json/, csv and the routes.
#pragma once

#include <records/v1/records.pb.h>

#include <optional>
#include <string_view>

namespace json {

inline std::string_view status_name(records::v1::Status status) {
  switch (status) {
    case records::v1::STATUS_ACTIVE:
      return "active";
    case records::v1::STATUS_DONE:
      return "done";
    case records::v1::STATUS_ARCHIVED:
      return "archived";
    default:
      return "pending";
  }
}

inline std::optional<records::v1::Status> parse_status(std::string_view name) {
  if (name == "pending") return records::v1::STATUS_PENDING;
  if (name == "active") return records::v1::STATUS_ACTIVE;
  if (name == "done") return records::v1::STATUS_DONE;
  if (name == "archived") return records::v1::STATUS_ARCHIVED;
  return std::nullopt;
}

}  // namespace json
