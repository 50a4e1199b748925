#include "rpc/library_log.hpp"

#include "base/log.hpp"

#include <google/protobuf/stubs/logging.h>
#include <grpc/support/log.h>

namespace rpc {

void log_libraries() {
  gpr_set_log_function([](gpr_log_func_args* line) { base::log::debug("gRPC says", {{"detail", line->message}}); });
  google::protobuf::SetLogHandler([](google::protobuf::LogLevel, const char*, int, const std::string& message) {
    base::log::debug("Protobuf says", {{"detail", message}});
  });
}

}  // namespace rpc
