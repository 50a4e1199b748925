// Whole tables in and out: the import that is kept whole or not at all, and the export from one snapshot. Made by store.cpp.
#pragma once

#include "lite/lane.hpp"
#include "records/record_store.hpp"

#include <functional>

namespace records::sqlite {

/// Rows wait in a temporary file of their own, so that memory stays flat and no lock is held while the caller sends; commit moves them in
/// one transaction on the write lane.
std::unique_ptr<AtomicImport> make_import(lite::Lane& writes, std::function<base::Micros()> now);

/// Reads the records that match through `snapshot`, a connection whose read transaction is open; steps run on `reads`. `slot` is held until
/// the cursor goes, for whoever counts.
std::unique_ptr<ExportCursor> make_export(lite::Lane& reads, lite::Database snapshot, const Filter& filter, Sort sort,
                                          std::shared_ptr<void> slot);

/// A connection of its own to the file `path` that goes on seeing what is committed now.
lite::Database open_snapshot(const std::string& path);
/// The same for a database in memory: a copy.
lite::Database copy_snapshot(lite::Database& memory);

}  // namespace records::sqlite
