-- Text search by trigrams, where the extension may be had; elsewhere a search reads the table within its deadline. The expressions are those
-- of the search itself (sql.cpp).
DO $$
BEGIN
    CREATE EXTENSION IF NOT EXISTS pg_trgm;
    CREATE INDEX IF NOT EXISTS records_text ON records
        USING gin ((title COLLATE "default") gin_trgm_ops, description gin_trgm_ops);
EXCEPTION WHEN undefined_file OR insufficient_privilege OR feature_not_supported OR undefined_object THEN
    RAISE NOTICE 'no pg_trgm: text search has no index';
END;
$$;
