-- What analytics-service keeps. The runs that people look back at, the newest two hundred.
CREATE TABLE analytics_runs (
    id              bigserial PRIMARY KEY,
    started_at      timestamptz NOT NULL,
    engine          text COLLATE "C" NOT NULL,
    outcome         text COLLATE "C" NOT NULL,
    job_id          text COLLATE "C" NOT NULL,
    parallelism     integer NOT NULL,
    duration_ms     bigint NOT NULL,
    total           bigint NOT NULL,
    owners_total    bigint NOT NULL,
    fallback_reason text NOT NULL
);

-- What Flink's streaming job writes (deploy/flink/live.sql). `n` of dim 'pulse' is the pulse in milliseconds since 1970, `seen_at` when it came.
CREATE TABLE flink_counts (
    generation bigint NOT NULL,
    dim        text COLLATE "C" NOT NULL,
    k          text COLLATE "C" NOT NULL,
    n          bigint NOT NULL,
    seen_at    timestamptz,
    PRIMARY KEY (generation, dim, k)
) WITH (fillfactor = 50);

CREATE FUNCTION flink_counts_seen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.seen_at := clock_timestamp();
    RETURN NEW;
END;
$$;
CREATE TRIGGER flink_counts_seen BEFORE INSERT OR UPDATE ON flink_counts
    FOR EACH ROW WHEN (NEW.dim = 'pulse') EXECUTE PROCEDURE flink_counts_seen();

-- One row, written every second while the job runs; with the columns of records that the job names, so that both tables travel one way.
CREATE TABLE flink_pulse (
    id         bigint PRIMARY KEY,
    owner      text,
    status     text,
    created_at timestamptz,
    version    bigint NOT NULL
);
INSERT INTO flink_pulse (id, version) VALUES (1, 0);

-- One row: who looks after the job, and which job it is.
CREATE TABLE flink_job (
    id          integer PRIMARY KEY,
    holder      text COLLATE "C" NOT NULL DEFAULT '',
    held_until  timestamptz NOT NULL DEFAULT now(),
    generation  bigint NOT NULL DEFAULT 0,
    state       text COLLATE "C" NOT NULL DEFAULT 'none',
    job_id      text COLLATE "C" NOT NULL DEFAULT '',
    timeline    integer NOT NULL DEFAULT 0,
    checkpoint  text COLLATE "C" NOT NULL DEFAULT '',
    -- The pulse that was the latest when the generation began: when a later one has come through, its snapshot is complete.
    first_pulse bigint NOT NULL DEFAULT 0
);
INSERT INTO flink_job (id) VALUES (1);
