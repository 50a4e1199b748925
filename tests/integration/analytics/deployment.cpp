#include "deployment.hpp"

#include "analytics/postgres_counts.hpp"
#include "analytics/sql_engine.hpp"
#include "analytics/sqlite_counts.hpp"
#include "cluster/service.hpp"
#include "support/catch.hpp"

#include <boost/asio/post.hpp>

namespace {

std::string& database() {
  static std::string url;
  return url;
}

/// No Flink of these tests gets as far as reading.
analytics::Awaitable<base::Result<analytics::flink::Scan>> unreadable(base::Deadline) { co_return base::unavailable("not readable here"); }

std::filesystem::path make_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "analytics-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error("cannot make a temporary folder");
  return name;
}

}  // namespace

void Deployment::on(const std::string& url) { database() = url; }
bool Deployment::on_cluster() { return !database().empty(); }

Deployment::Deployment(analytics::FlinkSettings flink) : folder_(make_folder()), loop_(1) {
  const std::string file = (folder_ / "records.db").string();
  records_ = contract::make_store(loop_, on_cluster() ? database() : "sqlite:///" + file);
  if (on_cluster()) {
    cluster::DatabaseSettings settings;
    settings.url = database();
    settings.probe_period_ms = 50;
    cluster_ = std::make_unique<cluster::Cluster>(loop_.get_executor(), cluster::check(settings));
    cluster_->start();
    source_ = std::make_unique<analytics::PostgresCounts>(*cluster_);
  } else {
    source_ = std::make_unique<analytics::SqliteCounts>(file);
  }
  sql_ = std::make_unique<analytics::SqlEngine>(*source_, flink.job_name);
  log_ = std::make_unique<analytics::RunLog>(loop_.get_executor(), cluster_.get());
  flink_ = std::make_unique<analytics::FlinkEngine>(loop_.get_executor(), std::move(flink), unreadable, *log_);
  flink_->start();
  engines_ = std::make_unique<analytics::Fallback>(*flink_, *sql_, log_.get());
  live_ = std::make_unique<analytics::LiveCounts>(loop_.get_executor(), *source_, std::chrono::milliseconds(20));
  service_ = std::make_unique<analytics::Service>(loop_.get_executor(), *engines_, *flink_, *live_, *log_);
  topology_ = std::make_unique<cluster::ClusterServiceImpl>(loop_.get_executor(), cluster_.get(), file);
  server_ =
      std::make_unique<rpc::Server>(rpc::ServerOptions{{"127.0.0.1", 0}}, std::vector<grpc::Service*>{service_.get(), topology_.get()});
  thread_ = std::thread([this] { loop_.run(); });
  channel_ = grpc::CreateChannel("127.0.0.1:" + std::to_string(server_->port()), grpc::InsecureChannelCredentials());
  stub_ = v1::AnalyticsService::NewStub(channel_);
}

Deployment::~Deployment() {
  for (const std::int64_t id : made_) wait(records_.store->remove({.id = id}, contract::soon()));
  stop_live();
  server_->drain(std::chrono::seconds(10));
  boost::asio::post(loop_, [this] {
    flink_->stop();
    if (cluster_) cluster_->stop();
    stay_.reset();
    loop_.stop();
  });
  thread_.join();
  loop_.restart();
  records_.store.reset();
  records_.foundation.reset();
  std::filesystem::remove_all(folder_);
}

std::vector<records::Record> Deployment::create(std::vector<records::NewRecord> drafts) {
  std::vector<records::Creation> creations;
  for (auto& draft : drafts) creations.push_back({.record = std::move(draft)});
  std::vector<records::Record> created;
  for (auto& outcome : wait(records_.store->create(std::move(creations), {}, contract::soon()))) {
    REQUIRE(outcome);
    made_.push_back(outcome->record.id);
    created.push_back(std::move(outcome->record));
  }
  return created;
}

void Deployment::change(std::int64_t id, records::Change change) {
  REQUIRE(wait(records_.store->update({.id = id, .change = std::move(change)}, contract::soon())));
}

void Deployment::stop_live() {
  on_loop<bool>([this] { return live_->stop(), true; });
}

std::size_t Deployment::watchers() {
  return on_loop<std::size_t>([this] { return live_->watchers(); });
}

Deployment::Answer Deployment::ask(v1::Engine engine, int owner_limit) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
  v1::SummarizeRequest request;
  request.set_engine(engine);
  request.set_owner_limit(owner_limit);
  const auto reader = stub_->Summarize(&context, request);
  Answer answer;
  for (v1::SummarizeResponse message; reader->Read(&message);) {
    REQUIRE_FALSE(answer.summary);  // nothing comes after the summary
    if (message.has_progress()) answer.progress.push_back(message.progress());
    if (message.has_summary()) answer.summary = message.summary();
  }
  answer.status = reader->Finish();
  return answer;
}

v1::Summary Deployment::summary_with(std::int64_t total) {
  const auto until = base::SteadyClock::now() + std::chrono::seconds(20);
  for (;;) {
    Answer answer = ask(v1::ENGINE_SQL, analytics::limits::owners);
    REQUIRE(answer.status.ok());
    REQUIRE(answer.summary);
    if (answer.summary->total() == total) return *answer.summary;
    CAPTURE(answer.summary->total(), total);
    REQUIRE(base::SteadyClock::now() < until);
  }
}

std::map<std::string, std::int64_t> owners_of(const v1::Summary& summary) {
  std::map<std::string, std::int64_t> all;
  for (const auto& owner : summary.owner_counts()) all[owner.owner()] = owner.count();
  return all;
}

std::map<std::string, std::int64_t> statuses_of(const v1::Summary& summary) {
  std::map<std::string, std::int64_t> all;
  for (const auto& status : summary.status_counts()) all[status.status()] = status.count();
  return all;
}
