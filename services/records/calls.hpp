// What each call does: check, ask the store, shape the answer. The unary service and the batched stream both end here.
#pragma once

#include "gather/one_turn.hpp"
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

/// On `loop`, the store's event loop.
class Calls {
  struct Get {
    std::int64_t id;
    CallOptions options;
  };
  struct Create {
    const v1::CreateRequest* request;
    WriteName name;
    base::Deadline deadline;
  };
  using Gets = gather::OneTurn<Get, Replied<v1::GetResponse>>;
  using Creations = gather::OneTurn<Create, Replied<v1::CreateResponse>>;

 public:
  Calls(const boost::asio::any_io_executor& loop, RecordStore& store);

  /// Those of one turn share a statement. `done`: as in gather::OneTurn.
  void get(std::int64_t id, const CallOptions& options, Gets::Done done);
  Awaitable<Replied<v1::GetResponse>> get(std::int64_t id, CallOptions options);
  /// The same; `request` must stay where it is until it is done. `carrier` is the message that carries it: those of one name share a
  /// statement only within one message, for in another the same creation may come again.
  void create(const v1::CreateRequest& request, WriteName name, const void* carrier, const CallOptions& options, Creations::Done done);
  Awaitable<Replied<v1::CreateResponse>> create(const v1::CreateRequest& request, CallOptions options);
  /// Those that ask for the same page at the same time share one run.
  Awaitable<Replied<v1::ListResponse>> list(v1::ListRequest request, CallOptions options);
  Awaitable<Replied<v1::UpdateResponse>> update(v1::UpdateRequest request, WriteName name, CallOptions options);
  Awaitable<Replied<v1::DeleteResponse>> remove(v1::DeleteRequest request, WriteName name, CallOptions options);
  /// By one statement.
  Awaitable<Replied<v1::BatchGetResponse>> batch_get(v1::BatchGetRequest request, CallOptions options);
  /// By one statement; each has an outcome of its own. `request` must outlive the call.
  Awaitable<Replied<v1::BatchCreateResponse>> batch_create(const v1::BatchCreateRequest& request, CallOptions options);

 private:
  static void suit_both(CallOptions& all, const CallOptions& more);
  Awaitable<Replied<v1::ListResponse>> find(ListQuery query, CallOptions options);
  Awaitable<std::vector<Replied<v1::GetResponse>>> get_together(const std::vector<Get>& gets);
  Awaitable<std::vector<Replied<v1::CreateResponse>>> create_together(const std::vector<Create>& creations);

  RecordStore& store_;
  Gets gets_;            ///< by what must not mix: urgency, consistency, timeline
  Creations creations_;  ///< by the message of their names and their carrier; with keys of their own, by urgency
  gather::SharedRuns<CallOptions, Replied<v1::ListResponse>> lists_;
};

}  // namespace records
