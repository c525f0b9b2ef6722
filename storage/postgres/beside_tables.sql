-- What SQLite has of its own, in the words of PostgreSQL, and what keeps counts and the order of events.
CREATE FUNCTION instr(text, text) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT strpos($1, $2)'
--;
-- No text of PostgreSQL has a NUL: where JSON names one, it is left out.
CREATE FUNCTION without_nul(text) RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT CASE WHEN $1 LIKE '%\\u%' THEN regexp_replace($1, '(?<!\\)((?:\\\\)*)\\u0000', '\1', 'g') ELSE $1 END $$
--;
CREATE FUNCTION json_extract(text, text) RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT without_nul($1)::json #>> string_to_array(substr($2, 3), '.') $$
--;
-- https://www.rfc-editor.org/rfc/rfc7396
CREATE FUNCTION json_merged(jsonb, jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    merged jsonb := CASE jsonb_typeof($1) WHEN 'object' THEN $1 ELSE '{}' END;
    name text;
    value jsonb;
BEGIN
    IF jsonb_typeof($2) <> 'object' THEN RETURN $2; END IF;
    FOR name, value IN SELECT * FROM jsonb_each($2) LOOP
        IF jsonb_typeof(value) = 'null' THEN
            merged := merged - name;
        ELSE
            merged := jsonb_set(merged, ARRAY[name], json_merged(merged -> name, value));
        END IF;
    END LOOP;
    RETURN merged;
END
$$
--;
CREATE FUNCTION json_patch(text, text) RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT json_merged(without_nul($1)::jsonb, without_nul($2)::jsonb)::text $$
--;
CREATE FUNCTION json_each(text) RETURNS TABLE (value text) LANGUAGE sql IMMUTABLE
AS $$ SELECT json_array_elements_text(without_nul($1)::json) $$
--;
CREATE FUNCTION randomblob(integer) RETURNS bytea LANGUAGE sql VOLATILE
AS $$ SELECT substr(uuid_send(gen_random_uuid()), 1, $1) $$
--;
CREATE FUNCTION hex(bytea) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT upper(encode($1, 'hex')) $$
--;
CREATE FUNCTION max(bigint, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT greatest($1, $2)'
--;
CREATE FUNCTION min(bigint, bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT least($1, $2)'
--;
-- Numbers of events are given to one transaction at a time, the one that is committed next: whoever has
-- read up to a number has seen all that come before it.
CREATE FUNCTION events_in_order() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN PERFORM pg_advisory_xact_lock(245690632); RETURN NULL; END $$
--;
CREATE TRIGGER events_in_order BEFORE INSERT ON events
FOR EACH STATEMENT EXECUTE FUNCTION events_in_order()
--;
ALTER TABLE events ALTER origin SET DEFAULT current_setting('application_name')
--;
CREATE FUNCTION count_conversation(bigint, text, text, text, text, integer) RETURNS void LANGUAGE sql
AS $$
INSERT INTO conversation_counts AS c (workspace, bot, platform, status, handoff, count)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (workspace, bot, platform, status, handoff) DO UPDATE SET count = c.count + $6
$$
--;
CREATE FUNCTION conversations_counted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM count_conversation(OLD.workspace, OLD.bot, OLD.platform, OLD.status, OLD.handoff, -1);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM count_conversation(NEW.workspace, NEW.bot, NEW.platform, NEW.status, NEW.handoff, 1);
    END IF;
    RETURN NULL;
END
$$
--;
CREATE TRIGGER conversations_come_and_go AFTER INSERT OR DELETE ON conversations
FOR EACH ROW EXECUTE FUNCTION conversations_counted()
--;
CREATE TRIGGER conversations_change AFTER UPDATE ON conversations
FOR EACH ROW WHEN (
    (OLD.workspace, OLD.bot, OLD.platform, OLD.status, OLD.handoff)
    IS DISTINCT FROM (NEW.workspace, NEW.bot, NEW.platform, NEW.status, NEW.handoff)
) EXECUTE FUNCTION conversations_counted()
--;
CREATE FUNCTION words_of(text) RETURNS tsvector LANGUAGE sql IMMUTABLE
AS $$ SELECT array_to_tsvector(array(
    SELECT left(word, 255) FROM unnest(string_to_array($1, ' ')) AS word WHERE word <> ''
)) $$
--;
CREATE TABLE passage_words (
    rowid bigint PRIMARY KEY,
    title text NOT NULL,
    body text NOT NULL,
    titles tsvector GENERATED ALWAYS AS (words_of(title)) STORED,
    bodies tsvector GENERATED ALWAYS AS (words_of(body)) STORED
)
--;
CREATE INDEX passage_words_by_title ON passage_words USING gin (titles)
--;
CREATE INDEX passage_words_by_body ON passage_words USING gin (bodies)
--;
CREATE INDEX inbox_of_slot ON inbox (slot, seq) WHERE done_at IS NULL
--;
CREATE INDEX outbox_of_slot ON outbox (slot) WHERE failed_at IS NULL
--;
CREATE INDEX outbox_of_conversation ON outbox (conversation_id) WHERE failed_at IS NULL
