-- The batch summary: both distributions in one job, which reads the table in parts side by side from one node of the cluster. Built into
-- analytics-service, which sets the ${values}: the node and the range of ids as they are at the run (rows beyond the upper bound would be
-- passed over without a word). The last statement is the query; what stands before it is run once a session.
CREATE TABLE records (
    id     BIGINT,
    owner  STRING,
    status STRING
) WITH (
    'connector' = 'jdbc',
    'driver' = 'org.postgresql.Driver',
    'url' = '${jdbc_url}',
    'username' = '${user}',
    'password' = '${password}',
    'table-name' = 'records',
    'scan.partition.column' = 'id',
    'scan.partition.num' = '8',
    'scan.partition.lower-bound' = '0',
    'scan.partition.upper-bound' = '0',
    'scan.fetch-size' = '10000',
    'scan.auto-commit' = 'false'
);

SELECT GROUPING(status) AS by_owner, status, owner, COUNT(*) AS n
FROM records /*+ OPTIONS('url' = '${jdbc_url}', 'scan.partition.lower-bound' = '${first_id}', 'scan.partition.upper-bound' = '${last_id}') */
GROUP BY GROUPING SETS ((status), (owner));
