-- +goose Up
-- Everybody who could log in before roles could do everything.
ALTER TABLE users ADD COLUMN role TEXT NOT NULL DEFAULT 'admin' CHECK (role IN ('viewer', 'operator', 'admin'));
ALTER TABLE users ADD COLUMN last_login INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN totp_secret TEXT NOT NULL DEFAULT '';  -- base32; '': none
ALTER TABLE users ADD COLUMN totp_last INTEGER NOT NULL DEFAULT 0;  -- the last step used

ALTER TABLE sessions ADD COLUMN began INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN seen INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN client TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN agent TEXT NOT NULL DEFAULT '';
-- Nobody wrote down when these began.
UPDATE sessions SET began = unixepoch(), seen = unixepoch();

CREATE TABLE tokens (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    user    TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
    name    TEXT NOT NULL,
    role    TEXT NOT NULL CHECK (role IN ('viewer', 'operator', 'admin')),
    secret  TEXT NOT NULL UNIQUE,        -- SHA-256
    created INTEGER NOT NULL,
    expires INTEGER NOT NULL,            -- 0: never
    used    INTEGER NOT NULL DEFAULT 0   -- 0: never
) STRICT;
CREATE INDEX tokens_user ON tokens (user);

CREATE TABLE setup (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    secret  TEXT NOT NULL,               -- SHA-256
    expires INTEGER NOT NULL
) STRICT;

-- The texts of revisions and drafts stand last in their rows, so that reading
-- the rest does not read them.
CREATE TABLE revisions (
    id     INTEGER PRIMARY KEY AUTOINCREMENT,
    time   INTEGER NOT NULL,
    who    TEXT NOT NULL,
    note   TEXT NOT NULL,
    origin TEXT NOT NULL,
    serial INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    size   INTEGER NOT NULL,             -- bytes of the text
    packed INTEGER NOT NULL,             -- bytes of body
    body   BLOB NOT NULL                 -- the text, zlib
) STRICT;

CREATE TABLE drafts (
    user    TEXT PRIMARY KEY REFERENCES users (name) ON DELETE CASCADE,
    version INTEGER NOT NULL,
    changed INTEGER NOT NULL,
    base    TEXT NOT NULL,               -- SHA-256 of the lvs.cf it began from, or 'none'
    text    BLOB NOT NULL
) STRICT;

-- Apart from drafts: it is as large as the text and hardly ever changes.
CREATE TABLE draft_bases (
    user TEXT PRIMARY KEY REFERENCES drafts (user) ON DELETE CASCADE,
    base TEXT NOT NULL,
    text BLOB NOT NULL
) STRICT;

-- The versions of drafts are counted over all drafts there ever were.
CREATE TABLE draft_versions (
    one  INTEGER PRIMARY KEY CHECK (one = 1),
    last INTEGER NOT NULL
) STRICT;
INSERT INTO draft_versions (one, last) VALUES (1, 0);

CREATE TABLE pending (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    who      TEXT NOT NULL,
    note     TEXT NOT NULL,
    began    INTEGER NOT NULL,
    deadline INTEGER NOT NULL,
    before   INTEGER NOT NULL,           -- revisions
    after    INTEGER NOT NULL,
    sha256   TEXT NOT NULL               -- of lvs.cf as applied
) STRICT;

CREATE TABLE settings (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL                  -- JSON
) STRICT, WITHOUT ROWID;

ALTER TABLE audit ADD COLUMN object TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN client TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN before TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN after TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE audit DROP COLUMN after;
ALTER TABLE audit DROP COLUMN before;
ALTER TABLE audit DROP COLUMN client;
ALTER TABLE audit DROP COLUMN object;
DROP TABLE settings;
DROP TABLE pending;
DROP TABLE draft_versions;
DROP TABLE draft_bases;
DROP TABLE drafts;
DROP TABLE revisions;
DROP TABLE setup;
DROP TABLE tokens;
ALTER TABLE sessions DROP COLUMN agent;
ALTER TABLE sessions DROP COLUMN client;
ALTER TABLE sessions DROP COLUMN seen;
ALTER TABLE sessions DROP COLUMN began;
ALTER TABLE users DROP COLUMN totp_last;
ALTER TABLE users DROP COLUMN totp_secret;
ALTER TABLE users DROP COLUMN last_login;
ALTER TABLE users DROP COLUMN role;
