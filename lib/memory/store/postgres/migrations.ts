/**
 * The schema, as the steps that lead to it. A step is never edited once released: a change is a new step. The tables are
 * those of SQLite (see there for why a path is kept twice); flags are 0 or 1 as there, so that rows are read alike.
 *
 * Ids are compared byte by byte, whatever the language of the database.
 */
export const POSTGRES_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE sessions (
    key BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    namespace TEXT COLLATE "C" NOT NULL,
    id TEXT COLLATE "C" NOT NULL,
    title TEXT NOT NULL,
    title_source TEXT NOT NULL,
    head_id TEXT COLLATE "C",
    generation BIGINT NOT NULL DEFAULT 1,
    pinned SMALLINT NOT NULL DEFAULT 0,
    temporary SMALLINT NOT NULL DEFAULT 0,
    label TEXT COLLATE "C" NOT NULL DEFAULT '',
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT,
    UNIQUE (namespace, id)
  );
  CREATE INDEX sessions_by_activity ON sessions (namespace, updated_at DESC, id DESC) WHERE deleted_at IS NULL;
  CREATE INDEX sessions_deleted ON sessions (deleted_at) WHERE deleted_at IS NOT NULL;
  CREATE INDEX sessions_pinned ON sessions (namespace) WHERE pinned = 1 AND deleted_at IS NULL;
  CREATE INDEX sessions_temporary ON sessions (updated_at) WHERE temporary = 1;
  CREATE INDEX sessions_by_label ON sessions (namespace, label, updated_at, id) WHERE deleted_at IS NULL;

  CREATE TABLE branches (
    session_key BIGINT NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    branch BIGINT NOT NULL,
    parent_branch BIGINT,
    fork_position BIGINT NOT NULL,
    PRIMARY KEY (session_key, branch)
  );

  CREATE TABLE messages (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    session_key BIGINT NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    id TEXT COLLATE "C" NOT NULL,
    parent_id TEXT COLLATE "C",
    branch BIGINT NOT NULL,
    position BIGINT NOT NULL,
    role TEXT NOT NULL,
    content TEXT NOT NULL,
    name TEXT,
    by_client SMALLINT NOT NULL DEFAULT 0,
    status TEXT NOT NULL,
    error TEXT,
    receipt TEXT,
    created_at BIGINT NOT NULL,
    UNIQUE (session_key, id)
  );
  CREATE INDEX messages_by_parent ON messages (session_key, parent_id, seq);
  CREATE UNIQUE INDEX messages_by_path ON messages (session_key, branch, position);

  CREATE TABLE summaries (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    session_key BIGINT NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    id TEXT COLLATE "C" NOT NULL,
    through_id TEXT COLLATE "C",
    through_position BIGINT NOT NULL,
    base_id TEXT COLLATE "C",
    context TEXT NOT NULL,
    tokens BIGINT NOT NULL,
    folded BIGINT NOT NULL,
    source TEXT NOT NULL,
    model TEXT,
    created_at BIGINT NOT NULL,
    UNIQUE (session_key, id)
  );
  CREATE INDEX summaries_by_message ON summaries (session_key, through_id, seq);

  CREATE TABLE jobs (
    id TEXT COLLATE "C" PRIMARY KEY,
    session_key BIGINT NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    revision BIGINT NOT NULL DEFAULT 1,
    lease TEXT,
    lease_until BIGINT,
    last_error TEXT,
    UNIQUE (session_key, kind)
  );
  CREATE INDEX jobs_by_due ON jobs (due_at);

  CREATE TABLE runs (
    seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    session_key BIGINT NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    id TEXT COLLATE "C" NOT NULL,
    message_id TEXT COLLATE "C" NOT NULL,
    prompt_id TEXT COLLATE "C" NOT NULL,
    status TEXT NOT NULL,
    mode TEXT NOT NULL,
    owner TEXT NOT NULL,
    stop_requested SMALLINT NOT NULL DEFAULT 0,
    heartbeat_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    UNIQUE (session_key, id)
  );
  CREATE INDEX runs_by_message ON runs (session_key, message_id);
  CREATE INDEX runs_unfinished ON runs (session_key, seq) WHERE ended_at IS NULL;
  CREATE INDEX runs_ended ON runs (ended_at) WHERE ended_at IS NOT NULL;

  CREATE TABLE run_chunks (
    run_seq BIGINT NOT NULL REFERENCES runs (seq) ON DELETE CASCADE,
    first BIGINT NOT NULL,
    chunks TEXT NOT NULL,
    PRIMARY KEY (run_seq, first)
  );

  CREATE TABLE settings (
    namespace TEXT COLLATE "C" PRIMARY KEY,
    memory SMALLINT NOT NULL,
    across_sessions SMALLINT NOT NULL,
    custom_instructions TEXT NOT NULL,
    model TEXT
  );

  CREATE TABLE api_keys (
    id TEXT COLLATE "C" PRIMARY KEY,
    owner TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    hint TEXT NOT NULL,
    hash TEXT COLLATE "C" NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    last_used_at BIGINT,
    revoked_at BIGINT
  );
  CREATE INDEX api_keys_by_owner ON api_keys (owner, created_at);

  CREATE TABLE saves (
    session_key BIGINT NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    id TEXT COLLATE "C" NOT NULL,
    hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (session_key, id)
  );
  CREATE INDEX saves_by_age ON saves (created_at);

  -- Stems as SQLite's index does, and drops no word: a question decides which of its words count.
  CREATE TEXT SEARCH DICTIONARY stems (TEMPLATE = pg_catalog.snowball, LANGUAGE = english);
  CREATE TEXT SEARCH CONFIGURATION words (COPY = pg_catalog.simple);
  ALTER TEXT SEARCH CONFIGURATION words
    ALTER MAPPING FOR asciiword, word, numword, asciihword, hword, numhword, hword_asciipart, hword_part, hword_numpart
    WITH stems;
  -- words: those of the message, and tags of its session and namespace: a filter beside the index reads every hit of all.
  CREATE TABLE message_index (
    seq BIGINT PRIMARY KEY REFERENCES messages (seq) ON DELETE CASCADE,
    words TSVECTOR NOT NULL
  );
  CREATE INDEX message_index_words ON message_index USING gin (words) WITH (fastupdate = off);
  `,
  `
  CREATE TABLE undone_summaries (
    seq BIGINT PRIMARY KEY,
    session_key BIGINT NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    id TEXT COLLATE "C" NOT NULL,
    through_id TEXT COLLATE "C",
    through_position BIGINT NOT NULL,
    base_id TEXT COLLATE "C",
    context TEXT NOT NULL,
    tokens BIGINT NOT NULL,
    folded BIGINT NOT NULL,
    source TEXT NOT NULL,
    model TEXT,
    created_at BIGINT NOT NULL,
    undone_with TEXT COLLATE "C" NOT NULL,
    UNIQUE (session_key, id)
  );

  CREATE TABLE scrubs (seq BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY);

  ALTER TABLE jobs ADD COLUMN rebuild SMALLINT NOT NULL DEFAULT 0;
  `,
  // What a Motörhead elsewhere holds of ours. state: sending, sent, refused by it, or kept here only. A session that goes
  // for good, in whatever way, leaves an orphan there, which is then deleted there, too.
  `
  CREATE TABLE remote_sessions (
    session_key BIGINT PRIMARY KEY REFERENCES sessions (key) ON DELETE CASCADE,
    remote_id TEXT COLLATE "C" NOT NULL UNIQUE
  );

  CREATE TABLE remote_messages (
    message_seq BIGINT PRIMARY KEY REFERENCES messages (seq) ON DELETE CASCADE,
    session_key BIGINT NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    state TEXT NOT NULL,
    batch TEXT
  );
  CREATE INDEX remote_messages_by_session ON remote_messages (session_key, state);

  CREATE TABLE remote_orphans (remote_id TEXT COLLATE "C" PRIMARY KEY);
  CREATE FUNCTION remote_session_gone() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      EXECUTE format('INSERT INTO %I.remote_orphans (remote_id) VALUES ($1) ON CONFLICT DO NOTHING', TG_TABLE_SCHEMA)
        USING old.remote_id;
      RETURN NULL;
    END $$;
  CREATE TRIGGER remote_sessions_gone AFTER DELETE ON remote_sessions
    FOR EACH ROW EXECUTE FUNCTION remote_session_gone();
  `,
  `
  ALTER TABLE messages RENAME COLUMN by_client TO by_chat;
  CREATE INDEX summaries_by_position ON summaries (session_key, through_position DESC, seq DESC);
  `,
  // The sums of a day stand apart from those of sessions: they outlive them.
  `
  CREATE TABLE session_usage (
    session_key BIGINT NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    calls BIGINT NOT NULL,
    input_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    PRIMARY KEY (session_key, kind)
  );

  CREATE TABLE daily_usage (
    day BIGINT NOT NULL,
    kind TEXT NOT NULL,
    calls BIGINT NOT NULL,
    input_tokens BIGINT NOT NULL,
    output_tokens BIGINT NOT NULL,
    PRIMARY KEY (day, kind)
  );
  `,
  // Rewritten at every reply: room in each page keeps a row where it is.
  `
  CREATE TABLE limits (
    key TEXT COLLATE "C" PRIMARY KEY,
    used BIGINT NOT NULL,
    resets_at BIGINT NOT NULL
  ) WITH (fillfactor = 50);
  CREATE INDEX limits_over ON limits (resets_at);
  `,
  // reply: said by a machine, see `isReply`; rarity and length are measured within each kind. In words, the speaker and the
  // date have the weight A, by which they are told from what was said.
  `
  ALTER TABLE message_index ADD COLUMN reply SMALLINT NOT NULL DEFAULT 0;
  UPDATE message_index i SET
    words = i.words || setweight(to_tsvector('words', lower(concat_ws(' ', left(m.name, 100),
      to_char(to_timestamp(m.created_at / 1000.0) AT TIME ZONE 'UTC', 'FMDD FMMonth YYYY')))), 'A'),
    reply = (m.role ~* '^\\s*(assistant|ai|bot|model|chatgpt|claude|aimessage)\\s*$'
      AND coalesce(m.name, 'ai') ~* '^\\s*(assistant|ai|bot|model|chatgpt|claude|aimessage)\\s*$')::int
  FROM messages m WHERE m.seq = i.seq;
  `,
  // size: the characters that the vector is of; a reply that goes on has grown beyond it.
  `
  CREATE TABLE embeddings (
    message_seq BIGINT PRIMARY KEY REFERENCES messages (seq) ON DELETE CASCADE,
    session_key BIGINT NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    model TEXT NOT NULL,
    size BIGINT NOT NULL,
    vector BYTEA NOT NULL
  );
  CREATE INDEX embeddings_by_session ON embeddings (session_key, message_seq);
  `,
  // Written with every save and removed a moment later: room in each page keeps a row's successor beside it.
  `
  CREATE TABLE unanswered_saves (
    mark TEXT COLLATE "C" PRIMARY KEY,
    session_key BIGINT NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    created_at BIGINT NOT NULL
  ) WITH (fillfactor = 50);
  `,
  // The labels of a session beyond its first, which stands with it and is nearly always the only one.
  `
  CREATE TABLE more_labels (
    label TEXT COLLATE "C" NOT NULL,
    session_key BIGINT NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    PRIMARY KEY (label, session_key)
  );
  CREATE INDEX more_labels_by_session ON more_labels (session_key);
  `,
  // Samples of what people say would stand in the statistics of the server, where no forget reaches them; no query needs them. A
  // column whose type is set, to the same one, loses those that there are.
  `
  ALTER TABLE sessions ALTER title TYPE TEXT, ALTER title SET STATISTICS 0;
  ALTER TABLE messages ALTER content TYPE TEXT, ALTER content SET STATISTICS 0,
    ALTER name TYPE TEXT, ALTER name SET STATISTICS 0, ALTER receipt TYPE TEXT, ALTER receipt SET STATISTICS 0;
  ALTER TABLE message_index ALTER words TYPE TSVECTOR, ALTER words SET STATISTICS 0;
  ALTER TABLE embeddings ALTER vector TYPE BYTEA, ALTER vector SET STATISTICS 0;
  ALTER TABLE summaries ALTER context TYPE TEXT, ALTER context SET STATISTICS 0;
  ALTER TABLE undone_summaries ALTER context TYPE TEXT, ALTER context SET STATISTICS 0;
  ALTER TABLE run_chunks ALTER chunks TYPE TEXT, ALTER chunks SET STATISTICS 0;
  ALTER TABLE settings ALTER custom_instructions TYPE TEXT, ALTER custom_instructions SET STATISTICS 0;
  ALTER TABLE api_keys ALTER name TYPE TEXT, ALTER name SET STATISTICS 0;
  `,
  // With the model: how many vectors of it a session has, is counted without reading one.
  `
  DROP INDEX embeddings_by_session;
  CREATE INDEX embeddings_by_model ON embeddings (session_key, model, message_seq);
  `,
  // Of each person, on the day that is: what a day took goes when the next one begins.
  `
  CREATE TABLE background_usage (
    day BIGINT NOT NULL,
    owner TEXT COLLATE "C" NOT NULL,
    tokens BIGINT NOT NULL,
    PRIMARY KEY (day, owner)
  );
  `,
  // How many words a message has is asked for each that a search finds: counted there, it would have to be unpacked.
  'ALTER TABLE message_index ADD COLUMN size INTEGER NOT NULL GENERATED ALWAYS AS (length(words)) STORED',
  // A session of a program leads to none elsewhere any more. What is there of its name may be somebody else's: no orphan.
  `
  DROP TRIGGER remote_sessions_gone ON remote_sessions;
  DELETE FROM remote_messages WHERE session_key IN (SELECT key FROM sessions WHERE starts_with(namespace, 'key:'));
  DELETE FROM remote_sessions WHERE session_key IN (SELECT key FROM sessions WHERE starts_with(namespace, 'key:'));
  CREATE TRIGGER remote_sessions_gone AFTER DELETE ON remote_sessions
    FOR EACH ROW EXECUTE FUNCTION remote_session_gone();
  `,
]
