// proto <-> domain, field by field. Used by calls.cpp only.
#pragma once

#include "base/error.hpp"
#include "records/record.hpp"
#include "records/record_store.hpp"

#include <records/v1/records.pb.h>

namespace records {

/// What an export is of.
struct Selection {
  Filter filter;
  Sort sort;
};

void to_proto(const Record& record, v1::Record& out);

/// INVALID_ARGUMENT that names every bad field, as the request spells it.
base::Result<NewRecord> from_proto(const v1::NewRecord& record);
base::Result<Filter> from_proto(const v1::Filter& filter);
base::Result<Sort> from_proto(v1::Sort sort);
base::Result<Selection> from_proto(const v1::ExportRequest& request);
base::Result<ListQuery> from_proto(const v1::ListRequest& request);
base::Result<Creation> from_proto(const v1::CreateRequest& request);
base::Result<Update> from_proto(const v1::UpdateRequest& request);
base::Result<Deletion> from_proto(const v1::DeleteRequest& request);

/// An id that can exist.
base::Result<void> check_id(std::int64_t id);

}  // namespace records
