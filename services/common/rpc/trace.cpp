#include "rpc/trace.hpp"

#include <algorithm>
#include <cstdint>
#include <random>

namespace rpc {
namespace {

std::uint64_t random64() {
  thread_local std::mt19937_64 engine{[] {
    std::random_device device;
    return (static_cast<std::uint64_t>(device()) << 32) | device();
  }()};
  return engine();
}

void append_hex(std::string& out, std::uint64_t value) {
  for (int shift = 60; shift >= 0; shift -= 4) out += "0123456789abcdef"[(value >> shift) & 15];
}

bool is_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool all_zero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

}  // namespace

std::string Trace::traceparent() const { return "00-" + trace_id + "-" + parent_id + (sampled ? "-01" : "-00"); }

Trace continue_trace(std::string_view traceparent) {
  Trace trace;
  append_hex(trace.parent_id, random64() | 1);
  const bool shaped = traceparent.size() >= 55 && traceparent[2] == '-' && traceparent[35] == '-' && traceparent[52] == '-' &&
                      is_hex(traceparent.substr(0, 2)) && traceparent.substr(0, 2) != "ff" && is_hex(traceparent.substr(3, 32)) &&
                      is_hex(traceparent.substr(36, 16)) && is_hex(traceparent.substr(53, 2)) &&
                      (traceparent.size() == 55 || (traceparent[55] == '-' && traceparent.substr(0, 2) != "00"));
  if (shaped && !all_zero(traceparent.substr(3, 32)) && !all_zero(traceparent.substr(36, 16))) {
    trace.trace_id = traceparent.substr(3, 32);
    trace.sampled = ((traceparent[54] >= 'a' ? traceparent[54] - 'a' + 10 : traceparent[54] - '0') & 1) != 0;
  } else {
    append_hex(trace.trace_id, random64() | 1);
    append_hex(trace.trace_id, random64());
  }
  return trace;
}

}  // namespace rpc
