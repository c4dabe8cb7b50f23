-- +goose Up
-- Names that were tried are known by a hash from now on: one may be a password
-- that somebody typed into the wrong field.
DELETE FROM login_failures;

-- +goose Down
DELETE FROM login_failures;
