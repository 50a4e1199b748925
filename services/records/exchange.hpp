// Many records at once: export from one snapshot, import with the outcome of every row. Called by the service.
#pragma once

#include "records/calls.hpp"
#include "rpc/call.hpp"
#include "rpc/trace.hpp"

namespace records {

Awaitable<base::Result<void>> export_records(RecordStore& store, v1::ExportRequest request, CallOptions options,
                                             rpc::StreamWriter<v1::ExportResponse>& out);

/// Fills `response`; an import that was refused whole is an answer, too, not an error. `reached` is the position of the latest row that was
/// stored, also where the import failed later.
Awaitable<base::Result<void>> import_records(RecordStore& store, rpc::StreamReader<v1::ImportRequest>& in, v1::ImportResponse& response,
                                             Position& reached);

}  // namespace records
