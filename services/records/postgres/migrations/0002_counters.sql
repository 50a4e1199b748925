-- Exact counts for every status, every owner and every pair of them, so that a total costs the same whatever the number of records.
-- A write appends what it changes (no row that two writes want, so none waits for another); records-service folds that into the counts,
-- a second or so later. A count is the folded number and what is still appended, read in one snapshot: exact at any moment, on any node.
-- The empty text, which is no owner and no status, stands for all of them.
CREATE TABLE record_counts (
    owner  text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    n      bigint NOT NULL,
    PRIMARY KEY (owner, status)
) WITH (fillfactor = 50);

CREATE TABLE record_count_deltas (
    owner  text COLLATE "C" NOT NULL,
    status text COLLATE "C" NOT NULL,
    n      bigint NOT NULL
);

-- Triggers, so that whoever writes is counted: COPY, psql, other programs.
CREATE FUNCTION records_count_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO record_count_deltas SELECT owner, status, count(*) FROM added GROUP BY owner, status;
    RETURN NULL;
END;
$$;

CREATE FUNCTION records_count_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO record_count_deltas SELECT owner, status, -count(*) FROM removed GROUP BY owner, status;
    RETURN NULL;
END;
$$;

CREATE FUNCTION records_count_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO record_count_deltas
        SELECT owner, status, sum(n)
        FROM (SELECT owner, status, 1 AS n FROM added UNION ALL SELECT owner, status, -1 FROM removed) AS moved
        GROUP BY owner, status HAVING sum(n) <> 0;
    RETURN NULL;
END;
$$;

CREATE FUNCTION records_count_none() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE record_counts, record_count_deltas;
    RETURN NULL;
END;
$$;

-- The first trigger keeps writers away until the end, so that nothing comes between the triggers and the first count.
CREATE TRIGGER records_count_added AFTER INSERT ON records
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION records_count_added();
CREATE TRIGGER records_count_removed AFTER DELETE ON records
    REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION records_count_removed();
CREATE TRIGGER records_count_changed AFTER UPDATE ON records
    REFERENCING NEW TABLE AS added OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION records_count_changed();
CREATE TRIGGER records_count_none AFTER TRUNCATE ON records
    FOR EACH STATEMENT EXECUTE FUNCTION records_count_none();
INSERT INTO record_counts
    SELECT coalesce(owner, ''), coalesce(status, ''), count(*) FROM records
    GROUP BY GROUPING SETS ((owner, status), (owner), (status), ()) HAVING count(*) > 0;
