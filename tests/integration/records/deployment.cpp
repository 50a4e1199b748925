#include "deployment.hpp"

#include "cluster/service.hpp"
#include "rpc/status.hpp"
#include "support/catch.hpp"

#include <google/protobuf/util/message_differencer.h>

#include <boost/asio/post.hpp>

#include <algorithm>

namespace {

std::string& database() {
  static std::string url;
  return url;
}

std::filesystem::path make_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "records-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error("cannot make a temporary folder");
  return name;
}

}  // namespace

void Deployment::on(const std::string& url) { database() = url; }
bool Deployment::on_cluster() { return !database().empty(); }

Deployment::Deployment() : folder_(make_folder()), loop_(1) {
  const std::string file = (folder_ / "records.db").string();
  opened_ = contract::make_store(loop_, on_cluster() ? database() : "sqlite:///" + file);
  store_ = std::make_unique<GatedStore>(loop_.get_executor(), *opened_.store);
  if (on_cluster()) {
    cluster::DatabaseSettings settings;
    settings.url = database();
    cluster_ = std::make_unique<cluster::Cluster>(loop_.get_executor(), cluster::check(settings));
    cluster_->start();
  }
  service_ = std::make_unique<records::Service>(loop_.get_executor(), *store_);
  calls_ = std::make_unique<records::Calls>(loop_.get_executor(), *store_);
  topology_ = std::make_unique<cluster::ClusterServiceImpl>(loop_.get_executor(), cluster_.get(), file);
  server_ =
      std::make_unique<rpc::Server>(rpc::ServerOptions{{"127.0.0.1", 0}}, std::vector<grpc::Service*>{service_.get(), topology_.get()});
  thread_ = std::thread([this] { loop_.run(); });
  grpc::ChannelArguments own;
  own.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  channel_ = grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(server_->port()), grpc::InsecureChannelCredentials(), own);
  stub_ = v1::RecordsService::NewStub(channel_);
}

Deployment::~Deployment() {
  open_gate();
  drain(patience);
  tidy();
  boost::asio::post(loop_, [this] {
    if (cluster_) cluster_->stop();
    stay_.reset();
    loop_.stop();
  });
  thread_.join();
  loop_.restart();
  store_.reset();
  opened_.store.reset();
  opened_.foundation.reset();
  std::filesystem::remove_all(folder_);
}

void Deployment::drain(std::chrono::milliseconds grace) {
  on_loop<bool>([this] { return service_->drain(), true; });
  server_->drain(grace);
}

records::Page Deployment::page_of(const std::string& owner) {
  records::ListQuery query{.filter = {.owner = owner}, .limit = records::limits::page};
  const records::ReadOptions options{.consistency = records::Consistency::strong, .deadline = contract::soon()};
  auto page = start(opened_.store->list(std::move(query), options)).get();
  if (!page) throw std::runtime_error("the store cannot be read: " + page.error().message);
  return std::move(page->value);
}

std::int64_t Deployment::stored(const std::string& owner) { return *page_of(owner).total; }

void Deployment::tidy() {
  if (!on_cluster()) return;  // the file goes
  for (const std::string& owner : owners_) {
    for (bool more = true; more;) {
      const records::Page page = page_of(owner);
      std::vector<std::future<base::Result<records::Written>>> removals;
      for (const records::Record& record : page.items)
        removals.push_back(start(opened_.store->remove({.id = record.id}, contract::soon())));
      more = page.more;
      for (auto& removal : removals) more = removal.get().has_value() && more;
    }
  }
}

std::string Deployment::make_owner() { return owners_.emplace_back(contract::unique("records")); }

v1::Record Deployment::create(const v1::NewRecord& record) {
  v1::CreateRequest request;
  *request.mutable_record() = record;
  const auto outcome = call(&v1::RecordsService::Stub::Create, request);
  if (!outcome.status.ok()) FAIL(outcome.status.error_code() << ": " << outcome.status.error_message());
  return outcome.response.record();
}

v1::Record Deployment::create(const std::string& owner, const std::string& title) { return create(draft(owner, title)); }

v1::Record Deployment::get(std::int64_t id) {
  v1::GetRequest request;
  request.set_id(id);
  const auto outcome = call(&v1::RecordsService::Stub::Get, request);
  if (!outcome.status.ok()) FAIL(outcome.status.error_code() << ": " << outcome.status.error_message());
  return outcome.response.record();
}

v1::ListResponse Deployment::list(const v1::ListRequest& request) {
  auto outcome = call(&v1::RecordsService::Stub::List, request);
  if (!outcome.status.ok()) FAIL(outcome.status.error_code() << ": " << outcome.status.error_message());
  return std::move(outcome.response);
}

std::vector<v1::Record> Deployment::all_of(const std::string& owner) {
  std::vector<v1::Record> all;
  v1::ListRequest request = list_of(owner);
  do {
    v1::ListResponse page = list(request);
    std::ranges::move(*page.mutable_items(), std::back_inserter(all));
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return all;
}

std::int64_t Deployment::count(const std::string& owner) { return list(list_of(owner, 1)).total(); }

void Deployment::add_position(grpc::ClientContext& context) const {
  if (!position_.empty()) context.AddMetadata("x-consistency-token", position_);
}

void Deployment::saw(const std::string& token) {
  if (!token.empty()) position_ = token;  // writes of one test follow one another: the last is the highest
}

void Deployment::close_gate() {
  on_loop<bool>([this] { return store_->close(), true; });
}

void Deployment::open_gate() {
  on_loop<bool>([this] { return store_->open(), true; });
}

void Deployment::wait_at_gate(std::size_t writes) {
  wait_for("writes at the gate", [&] { return on_loop<std::size_t>([this] { return store_->waiting(); }) == writes; });
}

void Deployment::wait_under_way(int writes) {
  wait_for("writes under way", [&] { return on_loop<int>([this] { return store_->under_way(); }) == writes; });
}

void Deployment::wait_past_deadlines() {
  const auto last = on_loop<base::Deadline>([this] { return store_->last_deadline(); });
  wait_for("deadlines passed", [&] { return base::SteadyClock::now() > last; });
}

std::size_t Deployment::reads() {
  return on_loop<std::size_t>([this] { return store_->reads(); });
}

void Deployment::in_one_turn(const std::function<void(records::Calls&)>& begin) {
  on_loop<bool>([&] { return begin(*calls_), true; });
}

cluster::v1::GetTopologyResponse Deployment::topology() {
  const auto stub = cluster::v1::ClusterService::NewStub(channel_);
  cluster::v1::GetTopologyResponse response;
  wait_for("every node checked", [&] {
    Context context;
    REQUIRE(stub->GetTopology(&context, {}, &response).ok());
    return std::ranges::count(response.nodes(), cluster::v1::ROLE_UNSPECIFIED, &cluster::v1::Node::role) == 0;
  });
  return response;
}

std::map<std::string, std::string> trailers_of(const grpc::ClientContext& context) {
  std::map<std::string, std::string> trailers;
  for (const auto& [key, value] : context.GetServerTrailingMetadata()) trailers[{key.data(), key.size()}] = {value.data(), value.size()};
  return trailers;
}

void wait_for(const std::string& what, const std::function<bool()>& holds) {
  const auto until = base::SteadyClock::now() + patience;
  while (!holds()) {
    if (base::SteadyClock::now() >= until) FAIL("waited in vain: " << what);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));  // not to take the processor from what is waited for
  }
}

base::Error read_error(const grpc::Status& status) {
  REQUIRE_FALSE(status.ok());
  return rpc::from_grpc(status);
}

std::vector<std::string> refused_fields(const base::Error& error) {
  CHECK(error.code == base::Code::invalid_argument);
  std::vector<std::string> names;
  for (const base::FieldViolation& field : error.fields) {
    CHECK_FALSE(field.message.empty());
    names.push_back(field.field);
  }
  std::ranges::sort(names);
  return names;
}

std::vector<std::string> refused_fields(const grpc::Status& status) { return refused_fields(read_error(status)); }

v1::NewRecord draft(const std::string& owner, const std::string& title, v1::Status status, const std::string& description) {
  v1::NewRecord record;
  record.set_title(title);
  record.set_owner(owner);
  record.set_status(status);
  record.set_description(description);
  return record;
}

v1::ListRequest list_of(const std::string& owner, int limit) {
  v1::ListRequest request;
  request.mutable_filter()->set_owner(owner);
  request.set_limit(limit);
  return request;
}

bool same(const google::protobuf::Message& a, const google::protobuf::Message& b) {
  return google::protobuf::util::MessageDifferencer::Equals(a, b);
}

std::string repeat(const std::string& text, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += text;
  return all;
}
