-- The registry's tables. `{…}` is written as each database writes it: src/migrations.rs says how.
-- Moments are microseconds since 1970-01-01T00:00:00Z; days are days since 1970-01-01; a period is half-open, its last
-- column the first day or moment after. What has not ended ends at the largest number.

-- The last moment given to anything recorded. Who records something takes this row, so that moments follow one another
-- in the order in which things became visible.
CREATE TABLE moment (
    one {whole} PRIMARY KEY CHECK (one = 1),
    last_micros {whole} NOT NULL
) {strict};
INSERT INTO moment (one, last_micros) VALUES (1, 0);

-- The log of decisions. Bytes, as far as the registry is concerned; what they mean, `stead-gate` knows.
CREATE TABLE log_size (
    one {whole} PRIMARY KEY CHECK (one = 1),
    entries {whole} NOT NULL CHECK (entries >= 0)
) {strict};
INSERT INTO log_size (one, entries) VALUES (1, 0);

-- Entries, numbered from 0 without gaps. Whom one is about, only a pseudonym says.
CREATE TABLE log_entry (
    number {whole} PRIMARY KEY CHECK (number >= 0),
    pseudonym {bytes},
    content {bytes} NOT NULL
) {strict};
CREATE INDEX log_entry_pseudonym ON log_entry (pseudonym, number) WHERE pseudonym IS NOT NULL;

-- What an entry commits to and does not say itself. It can be erased, and the log is whole all the same.
CREATE TABLE log_detail (
    number {whole} PRIMARY KEY REFERENCES log_entry (number),
    content {bytes} NOT NULL
) {strict};

-- What grows with the entries: hashes over them, and the heads of citizens' chains; by a name.
CREATE TABLE log_part (
    name TEXT PRIMARY KEY,
    content {bytes} NOT NULL
) {clustered};

-- Signed checkpoints, by the number of entries that they cover.
CREATE TABLE log_checkpoint (
    entries {whole} PRIMARY KEY CHECK (entries >= 0),
    content {bytes} NOT NULL
) {strict};

-- What a citizen's pseudonym is made with. A row that is erased makes every pseudonym of that citizen nobody's.
CREATE TABLE citizen_secret (
    citizen TEXT PRIMARY KEY,
    secret {bytes} NOT NULL
) {clustered};

-- Texts that something was said about, to be read again word by word: agreements as they were signed, consents as they
-- were sent.
CREATE TABLE document (
    digest {bytes} PRIMARY KEY,
    content TEXT NOT NULL
) {clustered};

-- What people do, a table for each kind, all of one shape. `content` is JSON, as `stead-rules` writes it.
-- A row is never changed but for `recorded_to`, once: when something else is said under its id, or nothing any more.

-- Signatures under agreements, by agreement.
CREATE TABLE signature (
    subject TEXT NOT NULL,
    id TEXT NOT NULL,
    content TEXT NOT NULL,
    document {bytes} REFERENCES document (digest),
    valid_from {whole} NOT NULL,
    valid_to {whole} NOT NULL,
    recorded_from {whole} NOT NULL,
    recorded_to {whole} NOT NULL,
    PRIMARY KEY (subject, id, recorded_from),
    CHECK (valid_from < valid_to),
    CHECK (recorded_from < recorded_to)
) {clustered};
CREATE UNIQUE INDEX signature_stands ON signature (subject, id) WHERE recorded_to = 9223372036854775807;

-- Notices of parties that withdraw from agreements, by agreement.
CREATE TABLE withdrawal (
    subject TEXT NOT NULL,
    id TEXT NOT NULL,
    content TEXT NOT NULL,
    document {bytes} REFERENCES document (digest),
    valid_from {whole} NOT NULL,
    valid_to {whole} NOT NULL,
    recorded_from {whole} NOT NULL,
    recorded_to {whole} NOT NULL,
    PRIMARY KEY (subject, id, recorded_from),
    CHECK (valid_from < valid_to),
    CHECK (recorded_from < recorded_to)
) {clustered};
CREATE UNIQUE INDEX withdrawal_stands ON withdrawal (subject, id) WHERE recorded_to = 9223372036854775807;

-- What citizens allow and object to, by citizen.
CREATE TABLE choice (
    subject TEXT NOT NULL,
    id TEXT NOT NULL,
    content TEXT NOT NULL,
    document {bytes} REFERENCES document (digest),
    valid_from {whole} NOT NULL,
    valid_to {whole} NOT NULL,
    recorded_from {whole} NOT NULL,
    recorded_to {whole} NOT NULL,
    PRIMARY KEY (subject, id, recorded_from),
    CHECK (valid_from < valid_to),
    CHECK (recorded_from < recorded_to)
) {clustered};
CREATE UNIQUE INDEX choice_stands ON choice (subject, id) WHERE recorded_to = 9223372036854775807;

-- Whose a public key is, by organisation. Private keys are never here.
CREATE TABLE organisation_key (
    subject TEXT NOT NULL,
    id TEXT NOT NULL,
    content TEXT NOT NULL,
    document {bytes} REFERENCES document (digest),
    valid_from {whole} NOT NULL,
    valid_to {whole} NOT NULL,
    recorded_from {whole} NOT NULL,
    recorded_to {whole} NOT NULL,
    PRIMARY KEY (subject, id, recorded_from),
    CHECK (valid_from < valid_to),
    CHECK (recorded_from < recorded_to)
) {clustered};
CREATE UNIQUE INDEX organisation_key_stands ON organisation_key (subject, id) WHERE recorded_to = 9223372036854775807;

-- Versions of places, by place.
CREATE TABLE place_version (
    subject TEXT NOT NULL,
    id TEXT NOT NULL,
    content TEXT NOT NULL,
    document {bytes} REFERENCES document (digest),
    valid_from {whole} NOT NULL,
    valid_to {whole} NOT NULL,
    recorded_from {whole} NOT NULL,
    recorded_to {whole} NOT NULL,
    PRIMARY KEY (subject, id, recorded_from),
    CHECK (valid_from < valid_to),
    CHECK (recorded_from < recorded_to)
) {clustered};
CREATE UNIQUE INDEX place_version_stands ON place_version (subject, id) WHERE recorded_to = 9223372036854775807;
