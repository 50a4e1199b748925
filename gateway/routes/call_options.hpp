// What every handler takes from a request for its calls to the services: deadline, trace, and which state of the data the client wants to
// see. Called by the other routes.
#pragma once

#include "backend/call.hpp"
#include "http/request.hpp"

namespace routes {

/// Deadline and trace only; for calls that read no records.
backend::CallOptions plain_options(http::Request& request);

/// Also `X-Consistency-Token` and `Prefer: consistency=strong|eventual`. INVALID_ARGUMENT names a malformed token; unknown preferences are
/// ignored, as RFC 7240 asks for.
base::Result<backend::CallOptions> call_options(http::Request& request);

}  // namespace routes
