-- Titles are ordered by code point, whatever the database's locale, so that keyset paging means the same on every node and store.
CREATE TABLE records (
    id          bigserial PRIMARY KEY,
    title       text COLLATE "C" NOT NULL CHECK (char_length(title) BETWEEN 1 AND 200),
    owner       text COLLATE "C" NOT NULL CHECK (char_length(owner) BETWEEN 1 AND 100),
    status      text COLLATE "C" NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'active', 'done', 'archived')),
    description text NOT NULL DEFAULT '' CHECK (char_length(description) <= 10000),
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    version     bigint NOT NULL DEFAULT 1
);
CREATE INDEX records_status_id ON records (status, id);
CREATE INDEX records_owner_id ON records (owner, id);
CREATE INDEX records_created_at_id ON records (created_at, id);
CREATE INDEX records_updated_at_id ON records (updated_at, id);
CREATE INDEX records_title_id ON records (title, id);

-- One row for each write that carried an idempotency key, written in the write's own transaction: a retry finds it and answers with the
-- first answer. `response` is the record as that answer showed it; null for a creation (the request says it all) and a deletion.
CREATE TABLE idempotency_keys (
    key         text COLLATE "C" PRIMARY KEY,
    fingerprint text COLLATE "C" NOT NULL,
    record_id   bigint NOT NULL,
    response    text,
    created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idempotency_keys_created_at ON idempotency_keys (created_at);
