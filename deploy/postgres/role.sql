-- Creates the role and schema of one service in the connected database; may run repeatedly.
--   SERVICE_PASSWORD=... psql -v service=registry -f role.sql <administrator's url>
-- The password comes from the environment, so that `ps` does not show it.
\set ON_ERROR_STOP on
\getenv password SERVICE_PASSWORD

SELECT format('CREATE ROLE %I', :'service')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'service')
\gexec
ALTER ROLE :"service" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOINHERIT PASSWORD :'password';
ALTER ROLE :"service" SET search_path = :"service";

SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database())
\gexec
SELECT format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), :'service')
\gexec
REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA IF NOT EXISTS :"service" AUTHORIZATION :"service";
