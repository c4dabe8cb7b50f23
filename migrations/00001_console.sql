-- +goose Up
CREATE TABLE users (
    name     TEXT PRIMARY KEY,
    password TEXT NOT NULL,          -- argon2id, PHC string
    created  INTEGER NOT NULL,       -- Unix seconds, as every time here
    changed  INTEGER NOT NULL        -- of the password
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    token  TEXT PRIMARY KEY,         -- SHA-256 of what the browser holds
    user   TEXT NOT NULL REFERENCES users (name) ON DELETE CASCADE,
    data   BLOB NOT NULL,            -- empty: it was ended
    expiry INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_user ON sessions (user);
CREATE INDEX sessions_expiry ON sessions (expiry);

-- Names need not be users': a guess at a name counts as well.
CREATE TABLE login_failures (
    name  TEXT PRIMARY KEY,
    count INTEGER NOT NULL,
    last  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    id   INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,
    who  TEXT NOT NULL,
    what TEXT NOT NULL,              -- a word: login, save, ...
    note TEXT NOT NULL               -- for people
) STRICT;

-- +goose Down
DROP TABLE audit;
DROP TABLE login_failures;
DROP TABLE sessions;
DROP TABLE users;
