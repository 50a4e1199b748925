// What each call does: check, ask the store, shape the answer. The unary service and the batched stream both end here.
#pragma once

#include "gather/shared_runs.hpp"
#include "records/record_store.hpp"

#include <records/v1/records.pb.h>

#include <string>
#include <vector>

namespace records {

/// How the caller wants to be answered.
struct CallOptions {
  base::Deadline deadline;
  Position position{};
  Consistency consistency = Consistency::session;
  base::Audience audience{};  ///< of what may take long: lists

  ReadOptions read() const { return {position, consistency, deadline, audience}; }
};

/// Tells a write from all others when it is sent again: the message that carried it first, and its place there. `message` empty: it is not.
struct WriteName {
  std::string message;
  std::uint32_t place = 0;
};

/// An answer, the node that gave it, and after a write its position; after a read a position only instead of one that is gone.
template <class Response>
struct Reply {
  Response response;
  Position position{};
  std::string served_by;
};

template <class Response>
using Replied = base::Result<Reply<Response>>;

/// "" for nothing in particular.
std::string token_of(const Position& position);
/// INVALID_ARGUMENT naming consistency_token.
base::Result<Position> position_of(const std::string& token);

/// On the store's event loop.
class Calls {
 public:
  explicit Calls(RecordStore& store) : store_(store), lists_(suit_both) {}

  /// Those that ask for the same page at the same time share one run.
  Awaitable<Replied<v1::ListResponse>> list(v1::ListRequest request, CallOptions options);
  Awaitable<Replied<v1::UpdateResponse>> update(v1::UpdateRequest request, WriteName name, CallOptions options);
  Awaitable<Replied<v1::DeleteResponse>> remove(v1::DeleteRequest request, WriteName name, CallOptions options);
  Awaitable<Replied<v1::BatchGetResponse>> batch_get(v1::BatchGetRequest request, CallOptions options);

  /// One outcome for each id, by one statement.
  Awaitable<std::vector<Replied<v1::GetResponse>>> get(std::vector<std::int64_t> ids, CallOptions options);
  struct ToCreate {
    const v1::CreateRequest* request;  ///< must outlive the call
    std::uint32_t place = 0;
  };
  /// One outcome for each, by one statement. `message`: as in WriteName.
  Awaitable<std::vector<Replied<v1::CreateResponse>>> create(std::vector<ToCreate> all, std::string message, CallOptions options);

 private:
  static void suit_both(CallOptions& all, const CallOptions& more);
  Awaitable<Replied<v1::ListResponse>> find(ListQuery query, CallOptions options);

  RecordStore& store_;
  gather::SharedRuns<CallOptions, Replied<v1::ListResponse>> lists_;
};

}  // namespace records
