-- A total by owner reads of what is not folded yet only what is the owner's.
CREATE INDEX record_count_deltas_owner ON record_count_deltas (owner);
