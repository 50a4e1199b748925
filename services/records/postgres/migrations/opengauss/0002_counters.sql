-- As ../0002_counters.sql, in openGauss's words: triggers see rows there, no tables of what a statement has changed.
DO $$
BEGIN
    IF '' IS NULL THEN
        RAISE EXCEPTION 'this database takes '''' for NULL: make it with DBCOMPATIBILITY ''PG'' (deploy/opengauss/README.md)';
    END IF;
END;
$$;
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

CREATE FUNCTION records_count_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO record_count_deltas VALUES (NEW.owner, NEW.status, 1);
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO record_count_deltas VALUES (OLD.owner, OLD.status, -1);
    ELSIF OLD.owner <> NEW.owner OR OLD.status <> NEW.status THEN
        INSERT INTO record_count_deltas VALUES (NEW.owner, NEW.status, 1), (OLD.owner, OLD.status, -1);
    END IF;
    RETURN NULL;
END;
$$;

CREATE FUNCTION records_count_none() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM record_counts;
    DELETE FROM record_count_deltas;
    RETURN NULL;
END;
$$;

CREATE TRIGGER records_count_row AFTER INSERT OR UPDATE OR DELETE ON records
    FOR EACH ROW EXECUTE PROCEDURE records_count_row();
CREATE TRIGGER records_count_none AFTER TRUNCATE ON records
    FOR EACH STATEMENT EXECUTE PROCEDURE records_count_none();
INSERT INTO record_counts
    SELECT coalesce(owner, ''), coalesce(status, ''), count(*) FROM records
    GROUP BY GROUPING SETS ((owner, status), (owner), (status), ()) HAVING count(*) > 0;
