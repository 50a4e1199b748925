#include "program.hpp"

#include "support/catch.hpp"

#include <boost/json/parse.hpp>

#include <sstream>

namespace process = boost::process;
namespace json = boost::json;

namespace {

constexpr auto patience = std::chrono::seconds(60);

process::environment environment_of(const Settings& settings) {
  process::environment environment;
  environment["PATH"] = "/usr/bin:/bin";
  for (const auto& [name, value] : settings) environment[name] = value;
  return environment;
}

/// The line as an object; nothing for other text.
std::optional<json::object> parse(const std::string& line) {
  boost::system::error_code error;
  const json::value value = json::parse(line, error);
  if (error || !value.is_object()) return std::nullopt;
  return value.as_object();
}

}  // namespace

Program::Program(const Folder& folder, const Arguments& arguments, const Settings& settings)
    : child_(RECORDS_SERVICE, process::args(arguments), process::env(environment_of(settings)), process::start_dir(folder.path.string()),
             process::std_out > out_stream_, process::std_err > err_stream_, process::std_in < process::null),
      out_reader_([this] { read(out_stream_, out); }),
      err_reader_([this] { read(err_stream_, err); }) {}

Program::~Program() {
  if (child_.running()) child_.terminate();
  if (out_reader_.joinable()) out_reader_.join();
  if (err_reader_.joinable()) err_reader_.join();
}

void Program::read(process::ipstream& from, std::string& to) {
  for (std::string line; std::getline(from, line);) {
    const std::lock_guard lock(mutex_);
    to += line + "\n";
    news_.notify_all();
  }
  const std::lock_guard lock(mutex_);
  ++ended_streams_;
  news_.notify_all();
}

void Program::await(const std::string& what, const std::function<bool()>& holds) {
  std::unique_lock lock(mutex_);
  const bool done = news_.wait_for(lock, patience, [&] { return holds() || ended_streams_ == 2; }) && holds();
  if (!done) FAIL("records-service: waited in vain for " << what << "; it said: " << err);
}

json::object Program::wait_for(const std::string& msg) {
  json::object found;
  await(msg, [&] {
    std::istringstream text(err);
    for (std::string line; std::getline(text, line);)
      if (const auto object = parse(line); object && object->at("msg").as_string() == msg) return found = *object, true;
    return false;
  });
  return found;
}

bool Program::has_said(const std::string& msg) {
  const std::lock_guard lock(mutex_);
  return err.find("\"msg\":\"" + msg + "\"") != std::string::npos;
}

std::shared_ptr<grpc::Channel> Program::channel() {
  return grpc::CreateChannel("127.0.0.1:" + std::to_string(port()), grpc::InsecureChannelCredentials());
}

int Program::wait() {
  await("its end", [this] { return ended_streams_ == 2; });
  child_.wait();
  out_reader_.join();
  err_reader_.join();
  const int status = child_.native_exit_code();
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

Ended run_in(const Folder& folder, const Arguments& arguments, const Settings& settings) {
  Program program(folder, arguments, settings);
  const int code = program.wait();
  return {code, program.out, program.err};
}

Ended run(const Arguments& arguments, const Settings& settings) {
  const Folder folder;
  return run_in(folder, arguments, settings);
}

std::vector<json::object> log_lines(const std::string& text) {
  std::vector<json::object> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    CAPTURE(line);
    const auto object = parse(line);
    REQUIRE(object);
    for (const char* const key : {"time", "level", "msg"}) REQUIRE(object->at(key).is_string());
    REQUIRE(object->at("service").as_string() == "records-service");
    lines.push_back(*object);
  }
  return lines;
}

v1::Record create(grpc::Channel& channel, const std::string& title, const std::string& key) {
  const std::shared_ptr<grpc::Channel> borrowed(&channel, [](grpc::Channel*) {});
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + patience);
  v1::CreateRequest request;
  request.mutable_record()->set_title(title);
  request.mutable_record()->set_owner("o");
  request.set_idempotency_key(key);
  v1::CreateResponse response;
  const grpc::Status status = v1::RecordsService::NewStub(borrowed)->Create(&context, request, &response);
  if (!status.ok()) FAIL(status.error_code() << ": " << status.error_message());
  return response.record();
}
