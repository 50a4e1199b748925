-- The streaming job: counts by status and owner and creations by minute, kept in flink_counts from the primary's log. Built into analytics-service,
-- which sets the ${values}, submits it and looks after it. Each snapshot is a generation of its own: its rows stand beside those of the
-- generation before until it is complete. flink_pulse travels the same way as the records: what has come of it tells how far the job is, and
-- as `version` is summed with retraction the sum is the pulse itself. The snapshot is the one that the slot exports: exactly what stands before
-- the first change of the log. An incremental snapshot misses a change that is logged, but not visible yet, when a chunk of it is read. No
-- heartbeats: one could make a commit the position to go on from, and the connector then takes a change that stands in the log where that
-- commit ended for one that it has had (FLINK-39265). The pulses move the position on. Messages in the log that are no changes are somebody's.
CREATE TABLE records (
    id         BIGINT,
    owner      STRING,
    status     STRING,
    created_at TIMESTAMP_LTZ(6),
    version    BIGINT,
    table_name STRING METADATA FROM 'table_name' VIRTUAL,
    PRIMARY KEY (id) NOT ENFORCED
) WITH (
    'connector' = 'postgres-cdc',
    'hostname' = '${primary_host}',
    'port' = '${primary_port}',
    'username' = '${user}',
    'password' = '${password}',
    'database-name' = '${database}',
    'schema-name' = 'public',
    'table-name' = '(records|flink_pulse)',
    'slot.name' = '${slot}',
    'decoding.plugin.name' = 'pgoutput',
    'scan.incremental.snapshot.enabled' = 'false',
    'debezium.snapshot.fetch.size' = '10000',
    'heartbeat.interval.ms' = '0',
    'debezium.publication.name' = '${publication}',
    'debezium.publication.autocreate.mode' = 'disabled',
    'debezium.message.prefix.exclude.list' = '.*',
    'debezium.poll.interval.ms' = '50'
);

CREATE TABLE counts (
    generation BIGINT,
    dim        STRING,
    k          STRING,
    n          BIGINT,
    PRIMARY KEY (generation, dim, k) NOT ENFORCED
) WITH (
    'connector' = 'jdbc',
    'driver' = 'org.postgresql.Driver',
    'url' = '${jdbc_url}',
    'username' = '${user}',
    'password' = '${password}',
    'table-name' = 'flink_counts',
    'sink.buffer-flush.interval' = '100ms',
    'sink.buffer-flush.max-rows' = '5000',
    'sink.max-retries' = '3'
);

INSERT INTO counts
SELECT CAST(${generation} AS BIGINT), dim, k, n FROM (
    SELECT 'status' AS dim, status AS k, COUNT(*) AS n
    FROM records WHERE table_name = 'records' GROUP BY status
    UNION ALL
    SELECT 'owner', owner, COUNT(*)
    FROM records WHERE table_name = 'records' GROUP BY owner
    UNION ALL
    SELECT 'minute', DATE_FORMAT(created_at, 'yyyy-MM-dd HH:mm'), COUNT(*)
    FROM records WHERE table_name = 'records' AND created_at >= TO_TIMESTAMP_LTZ(${rates_since_ms}, 3)
    GROUP BY DATE_FORMAT(created_at, 'yyyy-MM-dd HH:mm')
    UNION ALL
    SELECT 'pulse', '', SUM(version)
    FROM records WHERE table_name = 'flink_pulse' GROUP BY table_name
);
