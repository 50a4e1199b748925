// `records-service demo N`: realistic records, the same for the same N, stored in batches with the progress shown.
#pragma once

#include "records/record_store.hpp"

namespace records {

/// The n-th demonstration record.
NewRecord demo_record(std::int64_t n);

/// Prints progress on standard error. Stops at the first failure.
Awaitable<base::Result<void>> load_demo(RecordStore& store, std::int64_t count);

}  // namespace records
