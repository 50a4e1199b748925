// Server-sent events. Used by routes/analytics. Source: WHATWG HTML 9.2.
#pragma once

#include "http/list.hpp"
#include "http/response.hpp"

#include <string>
#include <string_view>

namespace http {

/// One event as it goes on the wire; `data` must be a single line.
inline std::string event(std::string_view name, std::string_view data) {
  std::string text = "event: ";
  text.append(name).append("\ndata: ").append(data).append("\n\n");
  return text;
}

/// An answer that is a stream of events; `stream` writes them.
inline Response event_stream(StreamBody stream) {
  Response response;
  response.type = "text/event-stream";
  response.header("Cache-Control", "no-store");
  response.header("X-Accel-Buffering", "no");  // nginx must not hold events back
  response.endless = true;
  response.stream = std::move(stream);
  return response;
}

/// Whether an Accept value asks for events by name.
inline bool accepts_events(std::string_view accept) {
  bool asked = false;
  for_each_element(accept, [&](std::string_view element) {
    const Weighted type = weighted(element);
    asked = asked || (type.weight > 0 && equal_ignoring_case(type.value, "text/event-stream"));
  });
  return asked;
}

}  // namespace http
