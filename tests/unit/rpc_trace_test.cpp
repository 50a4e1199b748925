#include "rpc/trace.hpp"

#include "support/catch.hpp"

using rpc::continue_trace;

namespace {

const std::string id = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string parent = "00f067aa0ba902b7";

}  // namespace

TEST_CASE("a given trace goes on under a span of our own") {
  const rpc::Trace trace = continue_trace("00-" + id + "-" + parent + "-01");
  CHECK(trace.trace_id == id);
  CHECK(trace.parent_id.size() == 16);
  CHECK(trace.parent_id != parent);
  CHECK(trace.sampled);
  CHECK(trace.traceparent() == "00-" + id + "-" + trace.parent_id + "-01");
}

TEST_CASE("the sampled flag is the lowest bit") {
  CHECK_FALSE(continue_trace("00-" + id + "-" + parent + "-00").sampled);
  CHECK_FALSE(continue_trace("00-" + id + "-" + parent + "-fe").sampled);
  CHECK(continue_trace("00-" + id + "-" + parent + "-ff").sampled);
  CHECK(continue_trace("00-" + id + "-" + parent + "-00").traceparent().ends_with("-00"));
}

TEST_CASE("a later version may say more; this one may not") {
  CHECK(continue_trace("01-" + id + "-" + parent + "-01-more").trace_id == id);
  CHECK(continue_trace("00-" + id + "-" + parent + "-01-more").trace_id != id);
  CHECK(continue_trace("01-" + id + "-" + parent + "-01more").trace_id != id);
}

TEST_CASE("anything malformed begins a new trace") {
  const auto bad = GENERATE_COPY(as<std::string>(), "", "00", "00-" + id + "-" + parent, "00_" + id + "-" + parent + "-01",
                                 "ff-" + id + "-" + parent + "-01", "00-" + std::string(32, '0') + "-" + parent + "-01",
                                 "00-" + id + "-" + std::string(16, '0') + "-01", "00-4BF92F3577B34DA6A3CE929D0E0E4736-" + parent + "-01",
                                 "00-" + id.substr(1) + "x-" + parent + "-01", "zz-" + id + "-" + parent + "-01");
  const rpc::Trace trace = continue_trace(bad);
  CHECK(trace.trace_id != id);
  CHECK(trace.trace_id.size() == 32);
  CHECK(trace.trace_id.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(trace.trace_id.find_first_not_of('0') != std::string::npos);
  CHECK(trace.sampled);
  CHECK(continue_trace(bad).trace_id != trace.trace_id);
  CHECK(continue_trace(trace.traceparent()).trace_id == trace.trace_id);
}
