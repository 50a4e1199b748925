// The bounds a session keeps. Filled by main.cpp from the configuration; immutable.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace http {

struct Limits {
  std::size_t header_bytes = 16 * 1024;
  std::uint64_t body_bytes = 1024 * 1024;
  std::uint64_t streamed_body_bytes = 1024ull * 1024 * 1024;
  int connections = 4096;
  std::size_t requests = 2048;                        ///< worked on at a time, all loops together
  bool trust_forwarded_for = false;                   ///< clients are told apart by X-Forwarded-For
  std::chrono::milliseconds header_timeout{10'000};   ///< from a request's first byte to the end of its header
  std::chrono::milliseconds body_timeout{30'000};     ///< for a whole body; for each piece of a streamed one
  std::chrono::milliseconds idle_timeout{75'000};     ///< between requests
  std::chrono::milliseconds write_timeout{30'000};    ///< without progress
  std::chrono::milliseconds request_timeout{30'000};  ///< what the services are given
};

}  // namespace http
