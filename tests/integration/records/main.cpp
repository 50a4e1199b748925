// Runs the records tests on one store: `records_tests --store file|postgresql`. postgresql takes its address from TEST_DATABASE_URL and
// fails without it.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include "deployment.hpp"

#include "base/log.hpp"

#include <cstdlib>
#include <iostream>

int main(int argc, char** argv) {
  Catch::Session session;
  std::string kind = "file";
  session.cli(session.cli() | Catch::clara::Opt(kind, "kind")["--store"]("file or postgresql"));
  if (const int wrong = session.applyCommandLine(argc, argv); wrong != 0) return wrong;
  const char* const url = std::getenv("TEST_DATABASE_URL");
  if (kind == "postgresql" && (!url || !*url)) {
    std::cerr << "records_tests: TEST_DATABASE_URL is not set: there is no cluster to run the tests on\n";
    return 1;
  }
  base::log::set_level(base::log::Level::warn);
  Deployment::on(kind == "postgresql" ? url : "");
  return session.run();
}
