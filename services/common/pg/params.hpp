// Parameters of one statement in PostgreSQL's binary format. Made by the stores and the cluster probe, read by Connection.
#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace pg {

/// Values in the order of $1, $2 … The SQL names each type by a cast ($1::bigint), so no type ids are sent.
class Params {
 public:
  Params& int8(std::int64_t value);
  Params& int4(std::int32_t value);
  Params& text(std::string_view value);
  Params& text(const std::optional<std::string>& value);
  Params& timestamptz(base::Micros value);
  Params& int8_array(std::span<const std::int64_t> values);
  Params& timestamptz_array(std::span<const base::Micros> values);
  Params& text_array(std::span<const std::string_view> values);
  Params& null();

  int count() const { return static_cast<int>(sizes_.size()); }
  /// Pointers into this object, for libpq; valid until the next change.
  std::vector<const char*> values() const;
  const std::vector<int>& sizes() const { return sizes_; }

 private:
  void begin();
  void begin_array(std::int32_t element_type, std::size_t size);
  void end();
  template <class Int>
  void put(Int value);

  std::string bytes_;
  std::vector<std::size_t> offsets_;  ///< npos: null
  std::vector<int> sizes_;
};

}  // namespace pg
