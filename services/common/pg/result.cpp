#include "pg/result.hpp"

#include <cstdlib>

namespace pg {
namespace {

constexpr std::int64_t postgres_epoch_us = 946'684'800'000'000;  // 2000-01-01

template <class Unsigned>
Unsigned big_endian(const char* bytes) {
  Unsigned value = 0;
  for (std::size_t i = 0; i < sizeof(Unsigned); ++i) value = static_cast<Unsigned>(value << 8) | static_cast<unsigned char>(bytes[i]);
  return value;
}

}  // namespace

std::int64_t Rows::int8(int row, int column) const {
  return static_cast<std::int64_t>(big_endian<std::uint64_t>(PQgetvalue(result_.get(), row, column)));
}

std::int32_t Rows::int4(int row, int column) const {
  return static_cast<std::int32_t>(big_endian<std::uint32_t>(PQgetvalue(result_.get(), row, column)));
}

std::string_view Rows::text(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

base::Micros Rows::timestamptz(int row, int column) const {
  return base::Micros(std::chrono::microseconds(int8(row, column) + postgres_epoch_us));
}

std::int64_t Rows::affected() const { return std::strtoll(PQcmdTuples(result_.get()), nullptr, 10); }

}  // namespace pg
