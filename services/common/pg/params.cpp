#include "pg/params.hpp"

#include <bit>

namespace pg {
namespace {

// Type ids of PostgreSQL's catalogue (src/include/catalog/pg_type.dat); openGauss has the same.
constexpr std::int32_t oid_int8 = 20;
constexpr std::int32_t oid_text = 25;
constexpr std::int32_t oid_timestamptz = 1184;

/// PostgreSQL counts from 2000-01-01.
constexpr std::int64_t postgres_epoch_us = 946'684'800'000'000;

}  // namespace

template <class Int>
void Params::put(Int value) {
  using Unsigned = std::make_unsigned_t<Int>;
  const auto bits = static_cast<Unsigned>(value);
  for (int shift = static_cast<int>(sizeof(Int)) * 8 - 8; shift >= 0; shift -= 8) bytes_ += static_cast<char>((bits >> shift) & 0xff);
}

void Params::begin() { offsets_.push_back(bytes_.size()); }
void Params::end() { sizes_.push_back(static_cast<int>(bytes_.size() - offsets_.back())); }

Params& Params::int8(std::int64_t value) {
  begin();
  put(value);
  end();
  return *this;
}

Params& Params::int4(std::int32_t value) {
  begin();
  put(value);
  end();
  return *this;
}

Params& Params::text(std::string_view value) {
  begin();
  bytes_ += value;
  end();
  return *this;
}

Params& Params::text(const std::optional<std::string>& value) { return value ? text(std::string_view(*value)) : null(); }

Params& Params::timestamptz(base::Micros value) { return int8(value.time_since_epoch().count() - postgres_epoch_us); }

Params& Params::null() {
  offsets_.push_back(std::string::npos);
  sizes_.push_back(0);
  return *this;
}

// Array: dimensions, has-null flag, element type, then length and lower bound of the one dimension (src/backend/utils/adt/arrayfuncs.c).
void Params::begin_array(std::int32_t element_type, std::size_t size) {
  begin();
  put<std::int32_t>(size == 0 ? 0 : 1);
  put<std::int32_t>(0);
  put<std::int32_t>(element_type);
  if (size == 0) return;
  put(static_cast<std::int32_t>(size));
  put<std::int32_t>(1);
}

Params& Params::int8_array(std::span<const std::int64_t> values) {
  begin_array(oid_int8, values.size());
  for (const std::int64_t value : values) {
    put<std::int32_t>(8);
    put(value);
  }
  end();
  return *this;
}

Params& Params::timestamptz_array(std::span<const base::Micros> values) {
  begin_array(oid_timestamptz, values.size());
  for (const base::Micros value : values) {
    put<std::int32_t>(8);
    put<std::int64_t>(value.time_since_epoch().count() - postgres_epoch_us);
  }
  end();
  return *this;
}

Params& Params::text_array(std::span<const std::string_view> values) {
  begin_array(oid_text, values.size());
  for (const std::string_view value : values) {
    put(static_cast<std::int32_t>(value.size()));
    bytes_ += value;
  }
  end();
  return *this;
}

std::vector<const char*> Params::values() const {
  std::vector<const char*> pointers;
  pointers.reserve(offsets_.size());
  for (const std::size_t offset : offsets_) pointers.push_back(offset == std::string::npos ? nullptr : bytes_.data() + offset);
  return pointers;
}

}  // namespace pg
