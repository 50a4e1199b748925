#include "analytics/flink/statements.hpp"

#include "pg/migrations.hpp"

#include <stdexcept>

namespace analytics::flink {

std::vector<std::string> statements(std::string_view script, const std::map<std::string, std::string>& values) {
  std::vector<std::string> filled;
  // Split first: a value must not end a statement either.
  for (const std::string& statement : pg::split_statements(std::string(script))) {
    std::string& text = filled.emplace_back();
    for (std::size_t at = 0; at < statement.size();) {
      const std::size_t open = std::min(statement.find("${", at), statement.size());
      text += statement.substr(at, open - at);
      if (open == statement.size()) break;
      const std::size_t close = statement.find('}', open);
      const auto value = values.find(statement.substr(open + 2, close - open - 2));
      if (value == values.end()) throw std::logic_error("no value for " + statement.substr(open, close + 1 - open));
      for (const char c : value->second) text += c == '\'' ? std::string("''") : std::string(1, c);
      at = close + 1;
    }
  }
  return filled;
}

}  // namespace analytics::flink
