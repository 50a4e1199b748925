// records-service as a process: started with settings, read line by line, signalled, waited for.
#pragma once

#include "../sqlite/support.hpp"

#include <records/v1/records.grpc.pb.h>
#include <boost/json/object.hpp>
#include <boost/process.hpp>

#include <grpcpp/grpcpp.h>

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace v1 = records::v1;

using Settings = std::map<std::string, std::string>;
using Arguments = std::vector<std::string>;

class Program {
 public:
  /// In `folder`, with these settings as its whole environment.
  Program(const Folder& folder, const Arguments& arguments, const Settings& settings = {});
  /// Kills what still runs.
  ~Program();

  /// Waits for a line of the log with this `msg`. Fails the test where the program ends, or time, before it comes.
  boost::json::object wait_for(const std::string& msg);
  bool has_said(const std::string& msg);
  int port() { return static_cast<int>(wait_for("serving").at("port").as_int64()); }
  std::shared_ptr<grpc::Channel> channel();

  void signal(int number) { ::kill(child_.id(), number); }
  /// The exit code; -9 after SIGKILL. Fails the test where it does not end in time.
  int wait();
  /// All it wrote; call after wait().
  std::string out, err;

 private:
  void read(boost::process::ipstream& from, std::string& to);
  /// Waits until `holds` does, which is asked under the lock.
  void await(const std::string& what, const std::function<bool()>& holds);

  boost::process::ipstream out_stream_, err_stream_;
  boost::process::child child_;
  std::mutex mutex_;
  std::condition_variable news_;
  int ended_streams_ = 0;
  std::thread out_reader_, err_reader_;
};

struct Ended {
  int code;
  std::string out, err;
};

/// Runs it to its end, in a folder of its own unless one is given.
Ended run(const Arguments& arguments, const Settings& settings = {});
Ended run_in(const Folder& folder, const Arguments& arguments, const Settings& settings = {});

/// The lines of a log; the test fails where one is no JSON object with time, level, service and msg.
std::vector<boost::json::object> log_lines(const std::string& text);

v1::Record create(grpc::Channel& channel, const std::string& title, const std::string& key = {});
