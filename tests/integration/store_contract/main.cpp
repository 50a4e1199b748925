// Runs the contract on one store: `store_contract --store memory|file|postgresql`. postgresql takes its address from TEST_DATABASE_URL and
// fails without it: a suite that says nothing must not look like one that passed.
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>

#include "harness.hpp"

#include <cstdlib>
#include <filesystem>
#include <iostream>

namespace {

std::string url_of(const std::string& kind, const std::filesystem::path& folder) {
  if (kind == "memory") return "sqlite:///:memory:";
  if (kind == "file") return "sqlite:///" + (folder / "contract.db").string();
  const char* const given = std::getenv("TEST_DATABASE_URL");
  if (kind != "postgresql") throw std::runtime_error("--store: expected memory, file or postgresql, got \"" + kind + "\"");
  if (!given || !*given) throw std::runtime_error("TEST_DATABASE_URL is not set: there is no cluster to run the contract on");
  return given;
}

std::filesystem::path make_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "contract-XXXXXX").string();
  if (!::mkdtemp(name.data())) throw std::runtime_error("cannot make a temporary folder");
  return name;
}

}  // namespace

int main(int argc, char** argv) {
  Catch::Session session;
  std::string kind = "memory";
  session.cli(session.cli() | Catch::clara::Opt(kind, "kind")["--store"]("memory, file or postgresql"));
  if (const int wrong = session.applyCommandLine(argc, argv); wrong != 0) return wrong;
  const std::filesystem::path folder = make_folder();
  int failed = 1;
  try {
    contract::open(url_of(kind, folder));
    failed = session.run();
    contract::close();
  } catch (const std::exception& problem) {
    std::cerr << "store_contract: " << problem.what() << "\n";
  }
  std::filesystem::remove_all(folder);
  return failed;
}
