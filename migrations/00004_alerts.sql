-- +goose Up
-- What waits to be sent, oldest first within a channel. "alert" is JSON.
CREATE TABLE alert_outbox (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    channel TEXT    NOT NULL,
    alert   TEXT    NOT NULL,
    made    INTEGER NOT NULL,
    tries   INTEGER NOT NULL DEFAULT 0,
    due     INTEGER NOT NULL
) STRICT;
CREATE INDEX alert_outbox_channel ON alert_outbox (channel, id);

-- How each channel fares. Times are seconds since 1970, 0 for never.
CREATE TABLE alert_channels (
    channel TEXT    PRIMARY KEY,
    sent    INTEGER NOT NULL DEFAULT 0,
    count   INTEGER NOT NULL DEFAULT 0,
    failed  INTEGER NOT NULL DEFAULT 0,
    error   TEXT    NOT NULL DEFAULT '',
    dropped INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- +goose Down
DROP TABLE alert_channels;
DROP TABLE alert_outbox;
