// Catch2, and how it prints what the product's tests compare. Included by every test file instead of <catch2/catch.hpp>.
#pragma once

#include "base/error.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace Catch {

template <class T>
struct StringMaker<boost::system::result<T, base::Error>> {
  static std::string convert(const boost::system::result<T, base::Error>& result) {
    if (result.has_value()) return "a value";
    const base::Error& error = result.error();
    return std::string(base::name(error.code)) + " (" + error.message + ") " + error.reason + " " + error.detail;
  }
};

}  // namespace Catch
