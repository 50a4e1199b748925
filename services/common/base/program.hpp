// What every program's start has in common: CLI11 with --version, one line for a bad setting. Included by each config.cpp and main.cpp
// only, because CLI11 is slow to compile.
#pragma once

#include "base/config.hpp"
#include "base/log.hpp"

#include <CLI/CLI.hpp>

#include <iostream>
#include <string>

namespace base {

/// False when --help or --version has been answered. Throws ConfigError with CLI11's one line.
inline bool parse_program_options(CLI::App& app, int argc, char** argv) {
  app.set_version_flag("--version", RECORDS_VERSION);
  app.option_defaults()->always_capture_default();
  try {
    app.parse(argc, argv);
    return true;
  } catch (const CLI::Success& asked) {
    app.exit(asked);
    return false;
  } catch (const CLI::ParseError& error) {
    throw ConfigError(error.what());
  }
}

inline log::Level checked_level(const std::string& setting, const std::string& text) {
  const auto level = log::parse_level(text);
  if (!level) throw ConfigError(setting + ": expected trace, debug, info, warn, error, critical or off, got \"" + text + "\"");
  return *level;
}

/// Runs `program` and turns what it throws into one line and an exit code.
template <class Program>
int run_program(const char* name, Program program) {
  try {
    return program();
  } catch (const ConfigError& error) {
    std::cerr << name << ": " << error.what() << "\n";
    return exit_code::configuration;
  } catch (const std::exception& error) {
    std::cerr << name << ": " << error.what() << "\n";
    return exit_code::unavailable;
  }
}

}  // namespace base
