// Every page of the console as a pure function: frame and model in, HTML out. Called by routes/console.cpp. Thread-safe.
#pragma once

#include "console/models.hpp"

#include <string>

namespace console {

std::string render(const Frame& frame, const ListPage& page);
std::string render(const Frame& frame, const FormPage& page);
std::string render(const Frame& frame, const DeletePage& page);
std::string render(const Frame& frame, const ImportPage& page);
std::string render(const Frame& frame, const SummaryPage& page);
std::string render(const Frame& frame, const MessagePage& page);

/// The cluster panel of the list page alone.
std::string render_cluster(Locale locale, const Part<ClusterView>& cluster);

}  // namespace console
