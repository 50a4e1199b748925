// The analytics service as main wires it, served on a port of its own, beside a record store that writes what it counts; and a client.
#pragma once

#include "../store_contract/harness.hpp"

#include "analytics/service.hpp"
#include "cluster/cluster.hpp"
#include "rpc/server.hpp"

#include <analytics/v1/analytics.grpc.pb.h>
#include <cluster/v1/cluster.grpc.pb.h>
#include <grpcpp/grpcpp.h>

#include <filesystem>
#include <map>
#include <thread>

namespace v1 = analytics::v1;

class Deployment {
 public:
  /// The database of all deployments to come; empty: each gets a SQLite file of its own.
  static void on(const std::string& url);
  static bool on_cluster();

  explicit Deployment(analytics::FlinkSettings flink = {});
  ~Deployment();

  v1::AnalyticsService::Stub& analytics() { return *stub_; }
  std::shared_ptr<grpc::Channel> channel() { return channel_; }

  /// All must succeed. Records are removed at the end.
  std::vector<records::Record> create(std::vector<records::NewRecord> drafts);
  void change(std::int64_t id, records::Change change);

  /// Runs `work` on the loop and gives its result.
  template <class T>
  T on_loop(std::function<T()> work) {
    std::promise<T> done;
    boost::asio::post(loop_, [&] { done.set_value(work()); });
    return done.get_future().get();
  }

  void stop_live();
  std::size_t watchers();

  /// What a summary said: its progress and its end.
  struct Answer {
    grpc::Status status;
    std::vector<v1::Progress> progress;
    std::optional<v1::Summary> summary;
  };
  Answer ask(v1::Engine engine = v1::ENGINE_AUTO, int owner_limit = 0);
  /// Must succeed; of the present: a standby may take a moment to show the latest write.
  v1::Summary summary_with(std::int64_t total);

 private:
  template <class T>
  T wait(records::Awaitable<T> work) {
    return boost::asio::co_spawn(loop_, std::move(work), boost::asio::use_future).get();
  }

  std::filesystem::path folder_;
  boost::asio::io_context loop_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> stay_ = boost::asio::make_work_guard(loop_);
  contract::OpenStore records_;
  std::unique_ptr<cluster::Cluster> cluster_;
  std::unique_ptr<analytics::CountsSource> source_;
  std::unique_ptr<analytics::Engine> sql_;
  std::unique_ptr<analytics::RunLog> log_;
  std::unique_ptr<analytics::FlinkEngine> flink_;
  std::unique_ptr<analytics::Fallback> engines_;
  std::unique_ptr<analytics::LiveCounts> live_;
  std::unique_ptr<analytics::Service> service_;
  std::unique_ptr<grpc::Service> topology_;
  std::unique_ptr<rpc::Server> server_;
  std::thread thread_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::AnalyticsService::Stub> stub_;
  std::vector<std::int64_t> made_;
};

/// The owners of a summary.
std::map<std::string, std::int64_t> owners_of(const v1::Summary& summary);
/// By status name.
std::map<std::string, std::int64_t> statuses_of(const v1::Summary& summary);
