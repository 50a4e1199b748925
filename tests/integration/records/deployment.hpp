// The records service as main wires it, served on a port of its own, and a client that remembers its position.
#pragma once

#include "../store_contract/harness.hpp"
#include "gate.hpp"

#include "cluster/cluster.hpp"
#include "records/calls.hpp"
#include "records/service.hpp"
#include "rpc/server.hpp"

#include <cluster/v1/cluster.grpc.pb.h>
#include <grpcpp/grpcpp.h>
#include <records/v1/records.grpc.pb.h>

#include <filesystem>
#include <map>
#include <thread>

namespace v1 = records::v1;

inline constexpr auto patience = std::chrono::seconds(30);

/// The client's side of one call: a deadline, so that nothing hangs, and what a call may carry.
struct Context : grpc::ClientContext {
  explicit Context(std::chrono::milliseconds timeout = patience) { set_deadline(std::chrono::system_clock::now() + timeout); }
};

/// Details and all. Fails the test where the status is OK.
base::Error read_error(const grpc::Status& status);

/// How a call ended.
template <class Response>
struct Outcome {
  grpc::Status status;
  Response response;
  std::map<std::string, std::string> trailers;

  base::Error error() const { return read_error(status); }
  std::string token() const { return trailer("x-consistency-token"); }
  std::string served_by() const { return trailer("x-served-by"); }

 private:
  std::string trailer(const std::string& key) const {
    const auto found = trailers.find(key);
    return found == trailers.end() ? std::string() : found->second;
  }
};

std::map<std::string, std::string> trailers_of(const grpc::ClientContext& context);

class Deployment {
 public:
  /// The database of all deployments to come; empty: each gets a SQLite file of its own.
  static void on(const std::string& url);
  static bool on_cluster();

  Deployment();
  ~Deployment();

  v1::RecordsService::Stub& stub() { return *stub_; }
  std::shared_ptr<grpc::Channel> channel() { return channel_; }
  /// As main does on SIGTERM; returns when all calls have ended.
  void drain(std::chrono::milliseconds grace);

  /// A name that no other test uses. Its records are removed at the end.
  std::string make_owner();

  /// `deployment.call(&Stub::Get, request)`: with the position of what was written before, unless `metadata` says otherwise.
  template <class Request, class Response>
  Outcome<Response> call(grpc::Status (v1::RecordsService::Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                         const Request& request, const std::map<std::string, std::string>& metadata = {},
                         std::chrono::milliseconds timeout = patience) {
    Context context(timeout);
    if (!metadata.contains("x-consistency-token")) add_position(context);
    for (const auto& [key, value] : metadata) context.AddMetadata(key, value);
    Outcome<Response> outcome;
    outcome.status = (stub_.get()->*method)(&context, request, &outcome.response);
    outcome.trailers = trailers_of(context);
    saw(outcome.token());
    return outcome;
  }

  /// Each must succeed.
  v1::Record create(const v1::NewRecord& record);
  v1::Record create(const std::string& owner, const std::string& title = "a record");
  v1::Record get(std::int64_t id);
  v1::ListResponse list(const v1::ListRequest& request);
  std::vector<v1::Record> all_of(const std::string& owner);
  std::int64_t count(const std::string& owner);
  /// The same, asked of the store: also when the service has been drained.
  std::int64_t stored(const std::string& owner);

  /// What later reads must see.
  void add_position(grpc::ClientContext& context) const;
  void saw(const std::string& token);
  const std::string& position() const { return position_; }

  void close_gate();
  void open_gate();
  /// Waits until so many writes stand at the gate, or have begun and not ended.
  void wait_at_gate(std::size_t writes);
  void wait_under_way(int writes);
  /// Waits until the service's deadlines of all writes that have begun have passed: they are a little later than the clients', by what a
  /// call takes to arrive.
  void wait_past_deadlines();
  /// Ids that the store was asked for until now.
  std::size_t reads();
  /// Runs `begin` in one turn of the service's event loop: what it asks for, no message comes between.
  void in_one_turn(const std::function<void(records::Calls&)>& begin);

  cluster::v1::GetTopologyResponse topology();

 private:
  /// Runs `work` on the loop and gives its result.
  template <class T>
  T on_loop(std::function<T()> work) {
    std::promise<T> done;
    boost::asio::post(loop_, [&] { done.set_value(work()); });
    return done.get_future().get();
  }
  template <class T>
  std::future<T> start(records::Awaitable<T> work) {
    return boost::asio::co_spawn(loop_, std::move(work), boost::asio::use_future);
  }
  records::Page page_of(const std::string& owner);
  void tidy();

  std::filesystem::path folder_;
  boost::asio::io_context loop_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> stay_ = boost::asio::make_work_guard(loop_);
  contract::OpenStore opened_;
  std::unique_ptr<GatedStore> store_;
  std::unique_ptr<cluster::Cluster> cluster_;
  std::unique_ptr<records::Service> service_;
  std::unique_ptr<records::Calls> calls_;  ///< beside the service's
  std::unique_ptr<grpc::Service> topology_;
  std::unique_ptr<rpc::Server> server_;
  std::thread thread_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::RecordsService::Stub> stub_;
  std::vector<std::string> owners_;
  std::string position_;
};

/// Compares until it holds; fails the test when it does not within `patience`.
void wait_for(const std::string& what, const std::function<bool()>& holds);

/// The names of the refused fields, sorted. Fails the test where the status is not INVALID_ARGUMENT.
std::vector<std::string> refused_fields(const grpc::Status& status);
std::vector<std::string> refused_fields(const base::Error& error);

v1::NewRecord draft(const std::string& owner, const std::string& title = "a record", v1::Status status = v1::STATUS_UNSPECIFIED,
                    const std::string& description = {});
v1::ListRequest list_of(const std::string& owner, int limit = 200);
bool same(const google::protobuf::Message& a, const google::protobuf::Message& b);
std::string repeat(const std::string& text, std::size_t times);
