// The console's words in both languages, from words/*.json. Called by the templates and by every renderer.
#pragma once

#include "console/models.hpp"

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace console {

using Words = std::map<std::string, std::string, std::less<>>;

const Words& words(Locale locale);

using WordArgument = std::pair<std::string_view, std::string>;

/// The words of `key` with each {name} replaced. Plain text: the template escapes it. An unknown key is shown as itself.
std::string say(Locale locale, std::string_view key, std::initializer_list<WordArgument> arguments = {});

/// The same, or `fallback` where there is no such key.
std::string say_or(Locale locale, std::string_view key, std::string_view fallback);

}  // namespace console
