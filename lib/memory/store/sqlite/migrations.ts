/**
 * The schema, as the steps that lead to it. A step is never edited once released: a change is a new step.
 *
 * `sessions.key` and `messages.seq` are internal row numbers; ids are the names that the outside uses, unique within
 * their namespace or session only, so that nobody can find out an id that somebody else uses.
 *
 * A path is kept twice, for two questions. `parent_id` is the truth, and finds a window in the window's length.
 * `branch` and `position` answer "the path, a page of it, is this on it" by index ranges: a message continues its
 * parent's branch, or opens a new one when the parent has a child already; a path is then the head's branch up to the
 * head, its parent branch up to the fork, and so on.
 */
export const SQLITE_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE sessions (
    key INTEGER PRIMARY KEY,
    namespace TEXT NOT NULL,
    id TEXT NOT NULL,
    title TEXT NOT NULL,
    title_source TEXT NOT NULL,
    head_id TEXT,
    generation INTEGER NOT NULL DEFAULT 1,
    pinned INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    deleted_at INTEGER,
    UNIQUE (namespace, id)
  ) STRICT;
  CREATE INDEX sessions_by_activity ON sessions (namespace, updated_at DESC, id DESC) WHERE deleted_at IS NULL;
  CREATE INDEX sessions_deleted ON sessions (deleted_at) WHERE deleted_at IS NOT NULL;

  CREATE TABLE branches (
    session_key INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    branch INTEGER NOT NULL,
    parent_branch INTEGER,
    fork_position INTEGER NOT NULL,
    PRIMARY KEY (session_key, branch)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    session_key INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    id TEXT NOT NULL,
    parent_id TEXT,
    branch INTEGER NOT NULL,
    position INTEGER NOT NULL,
    role TEXT NOT NULL,
    content TEXT NOT NULL,
    status TEXT NOT NULL,
    error TEXT,
    receipt TEXT,
    created_at INTEGER NOT NULL,
    UNIQUE (session_key, id)
  ) STRICT;
  CREATE INDEX messages_by_parent ON messages (session_key, parent_id, seq);
  CREATE UNIQUE INDEX messages_by_path ON messages (session_key, branch, position);

  CREATE TABLE summaries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    session_key INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    id TEXT NOT NULL,
    through_id TEXT,
    through_position INTEGER NOT NULL,
    base_id TEXT,
    context TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    folded INTEGER NOT NULL,
    source TEXT NOT NULL,
    model TEXT,
    created_at INTEGER NOT NULL,
    UNIQUE (session_key, id)
  ) STRICT;
  CREATE INDEX summaries_by_message ON summaries (session_key, through_id, seq);

  CREATE TABLE jobs (
    id TEXT PRIMARY KEY,
    session_key INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    revision INTEGER NOT NULL DEFAULT 1,
    lease TEXT,
    lease_until INTEGER,
    last_error TEXT,
    UNIQUE (session_key, kind)
  ) STRICT;
  CREATE INDEX jobs_by_due ON jobs (due_at);

  CREATE TABLE runs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    session_key INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    prompt_id TEXT NOT NULL,
    status TEXT NOT NULL,
    mode TEXT NOT NULL,
    owner TEXT NOT NULL,
    stop_requested INTEGER NOT NULL DEFAULT 0,
    heartbeat_at INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    ended_at INTEGER,
    UNIQUE (session_key, id)
  ) STRICT;
  CREATE INDEX runs_by_message ON runs (session_key, message_id);
  CREATE INDEX runs_unfinished ON runs (session_key, seq) WHERE ended_at IS NULL;
  CREATE INDEX runs_ended ON runs (ended_at) WHERE ended_at IS NOT NULL;

  CREATE TABLE run_chunks (
    run_seq INTEGER NOT NULL REFERENCES runs (seq) ON DELETE CASCADE,
    first INTEGER NOT NULL,
    chunks TEXT NOT NULL,
    PRIMARY KEY (run_seq, first)
  ) STRICT, WITHOUT ROWID;

  -- tag: the session, as an indexed word: a filter on an unindexed column reads every hit of all sessions.
  CREATE VIRTUAL TABLE message_index USING fts5 (
    content, tag, content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2'
  );
  `,
  'ALTER TABLE messages ADD COLUMN name TEXT',
  `
  ALTER TABLE sessions ADD COLUMN temporary INTEGER NOT NULL DEFAULT 0;
  CREATE INDEX sessions_pinned ON sessions (namespace) WHERE pinned = 1 AND deleted_at IS NULL;
  CREATE INDEX sessions_temporary ON sessions (updated_at) WHERE temporary = 1;

  CREATE TABLE settings (
    namespace TEXT PRIMARY KEY,
    memory INTEGER NOT NULL,
    across_sessions INTEGER NOT NULL,
    custom_instructions TEXT NOT NULL,
    model TEXT
  ) STRICT, WITHOUT ROWID;
  `,
  // A receipt can name messages of other sessions.
  `
  UPDATE messages SET receipt = json_remove(
    json_set(receipt, '$.retrieved', (
      SELECT json_group_array(json_object('sessionId', s.id, 'messageId', hit.value))
      FROM json_each(messages.receipt, '$.retrievedIds') hit JOIN sessions s ON s.key = messages.session_key
    )), '$.retrievedIds')
  WHERE receipt IS NOT NULL;
  `,
  // label: the namespace that a client of the memory API gives, which divides that of its key. by_client: written through
  // that API, where a role comes back byte for byte. saves: those that a client named, so that a repeated one is known.
  `
  CREATE TABLE api_keys (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    name TEXT NOT NULL,
    hint TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked_at INTEGER
  ) STRICT;
  CREATE INDEX api_keys_by_owner ON api_keys (owner, created_at);

  ALTER TABLE sessions ADD COLUMN label TEXT NOT NULL DEFAULT '';
  CREATE INDEX sessions_by_label ON sessions (namespace, label, updated_at, id) WHERE deleted_at IS NULL;

  ALTER TABLE messages ADD COLUMN by_client INTEGER NOT NULL DEFAULT 0;

  CREATE TABLE saves (
    session_key INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    id TEXT NOT NULL,
    hash TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (session_key, id)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX saves_by_age ON saves (created_at);
  `,
  // undone_summaries: what an undo took off the paths; receipts still read it, and the undo can be taken back.
  // scrubs: something was removed, and the files still hold it.
  `
  CREATE TABLE undone_summaries (
    seq INTEGER PRIMARY KEY,
    session_key INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    id TEXT NOT NULL,
    through_id TEXT,
    through_position INTEGER NOT NULL,
    base_id TEXT,
    context TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    folded INTEGER NOT NULL,
    source TEXT NOT NULL,
    model TEXT,
    created_at INTEGER NOT NULL,
    undone_with TEXT NOT NULL,
    UNIQUE (session_key, id)
  ) STRICT;

  CREATE TABLE scrubs (seq INTEGER PRIMARY KEY AUTOINCREMENT) STRICT;

  ALTER TABLE jobs ADD COLUMN rebuild INTEGER NOT NULL DEFAULT 0;
  `,
  // What a Motörhead elsewhere holds of ours. state: sending, sent, refused by it, or kept here only. A session that goes
  // for good, in whatever way, leaves an orphan there, which is then deleted there, too.
  `
  CREATE TABLE remote_sessions (
    session_key INTEGER PRIMARY KEY REFERENCES sessions (key) ON DELETE CASCADE,
    remote_id TEXT NOT NULL UNIQUE
  ) STRICT;

  CREATE TABLE remote_messages (
    message_seq INTEGER PRIMARY KEY REFERENCES messages (seq) ON DELETE CASCADE,
    session_key INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    state TEXT NOT NULL,
    batch TEXT
  ) STRICT;
  CREATE INDEX remote_messages_by_session ON remote_messages (session_key, state);

  CREATE TABLE remote_orphans (remote_id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TRIGGER remote_sessions_gone AFTER DELETE ON remote_sessions BEGIN
    INSERT OR IGNORE INTO remote_orphans (remote_id) VALUES (old.remote_id);
  END;
  `,
  // by_chat: written in the chat, as roles are named differently there. The newest summary is looked for by position.
  `
  ALTER TABLE messages RENAME COLUMN by_client TO by_chat;
  CREATE INDEX summaries_by_position ON summaries (session_key, through_position DESC, seq DESC);
  `,
  // The sums of a day stand apart from those of sessions: they outlive them.
  `
  CREATE TABLE session_usage (
    session_key INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    calls INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    PRIMARY KEY (session_key, kind)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE daily_usage (
    day INTEGER NOT NULL,
    kind TEXT NOT NULL,
    calls INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    PRIMARY KEY (day, kind)
  ) STRICT, WITHOUT ROWID;
  `,
  'CREATE TABLE limits (key TEXT PRIMARY KEY, used INTEGER NOT NULL, resets_at INTEGER NOT NULL) STRICT, WITHOUT ROWID',
  'CREATE INDEX limits_over ON limits (resets_at)',
  // Two indexes, since rarity and length are measured within each: one of what people said, one of what machines
  // replied. about: the speaker and the date. tag: the session and the namespace, as words; a filter beside the index
  // reads every hit of all. The functions are those of `search-functions.ts`.
  `
  DROP TABLE message_index;
  CREATE VIRTUAL TABLE message_index USING fts5 (
    content, about, tag, content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2'
  );
  CREATE VIRTUAL TABLE reply_index USING fts5 (
    content, about, tag, content = '', contentless_delete = 1, tokenize = 'porter unicode61 remove_diacritics 2'
  );
  INSERT INTO message_index (message_index, rank) VALUES ('rank', 'bm25(1.0, 1.0, 0.0)');
  INSERT INTO reply_index (reply_index, rank) VALUES ('rank', 'bm25(1.0, 1.0, 0.0)');

  INSERT INTO message_index (rowid, content, about, tag)
  SELECT m.seq, content_words(m.content), about_words(m.name, m.created_at), tag_words(s.key, s.namespace, s.temporary)
  FROM messages m JOIN sessions s ON s.key = m.session_key
  WHERE NOT is_reply(m.role, m.name) AND m.status <> 'streaming' AND trim(m.content) <> '' ORDER BY m.seq;
  INSERT INTO reply_index (rowid, content, about, tag)
  SELECT m.seq, content_words(m.content), about_words(m.name, m.created_at), tag_words(s.key, s.namespace, s.temporary)
  FROM messages m JOIN sessions s ON s.key = m.session_key
  WHERE is_reply(m.role, m.name) AND m.status <> 'streaming' AND trim(m.content) <> '' ORDER BY m.seq;

  -- However a message goes, its words go with it.
  CREATE TRIGGER messages_leave_index AFTER DELETE ON messages BEGIN
    DELETE FROM message_index WHERE rowid = old.seq;
    DELETE FROM reply_index WHERE rowid = old.seq;
  END;
  `,
  // size: the characters that the vector is of; a reply that goes on has grown beyond it.
  `
  CREATE TABLE embeddings (
    message_seq INTEGER PRIMARY KEY REFERENCES messages (seq) ON DELETE CASCADE,
    session_key INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    model TEXT NOT NULL,
    size INTEGER NOT NULL,
    vector BLOB NOT NULL
  ) STRICT;
  CREATE INDEX embeddings_by_session ON embeddings (session_key, message_seq);
  `,
  // The index follows the messages: it holds those up to here.
  `
  CREATE TABLE index_progress (through INTEGER NOT NULL) STRICT;
  INSERT INTO index_progress SELECT coalesce(max(seq), 0) FROM messages;
  `,
  // Saves of programs whose answers have not arrived, as far as is known; see `Save.mark`. No index by session: nearly always
  // there is hardly a row.
  `
  CREATE TABLE unanswered_saves (
    mark TEXT PRIMARY KEY,
    session_key INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    created_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  `,
  // The labels of a session beyond its first, which stands with it and is nearly always the only one.
  `
  CREATE TABLE more_labels (
    label TEXT NOT NULL,
    session_key INTEGER NOT NULL REFERENCES sessions (key) ON DELETE CASCADE,
    PRIMARY KEY (label, session_key)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX more_labels_by_session ON more_labels (session_key);
  `,
  // With the model: how many vectors of it a session has, is counted without reading one.
  `
  DROP INDEX embeddings_by_session;
  CREATE INDEX embeddings_by_model ON embeddings (session_key, model, message_seq);
  `,
  // Of each person, on the day that is: what a day took goes when the next one begins.
  `
  CREATE TABLE background_usage (
    day INTEGER NOT NULL,
    owner TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    PRIMARY KEY (day, owner)
  ) STRICT, WITHOUT ROWID;
  `,
  // All that a search needs to know of what it finds: read from the messages, each would take a page for its text.
  'CREATE INDEX messages_places ON messages (seq, session_key, branch, position, created_at)',
  // A session of a program leads to none elsewhere any more. What is there of its name may be somebody else's: no orphan.
  `
  DROP TRIGGER remote_sessions_gone;
  DELETE FROM remote_messages WHERE session_key IN (SELECT key FROM sessions WHERE substr(namespace, 1, 4) = 'key:');
  DELETE FROM remote_sessions WHERE session_key IN (SELECT key FROM sessions WHERE substr(namespace, 1, 4) = 'key:');
  CREATE TRIGGER remote_sessions_gone AFTER DELETE ON remote_sessions BEGIN
    INSERT OR IGNORE INTO remote_orphans (remote_id) VALUES (old.remote_id);
  END;
  `,
]
