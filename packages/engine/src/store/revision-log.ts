import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { AnyObject } from '@serval/kube/objects';
import { EngineError } from '../engine-error.ts';

/** One row of the log. */
export interface LogRow {
  revision: number;
  resource: string;
  key: string;
  /** The revision that this one replaces; `null` for a creation. */
  previous: number | null;
  /** `null` for a deletion. */
  object: AnyObject | null;
}

/** A revision that is in the log, without its object. */
interface LoggedRevision {
  revision: number;
  resource: string;
  key: string;
  /** Of the object as JSON. */
  bytes: number;
}

/** The append-only log on disk. Every method is synchronous; a failed `append` leaves the log as it was. */
export interface RevisionLog {
  /** Current objects, in the order of their revisions; before them, each revision in the log. */
  load(visit: (row: LogRow) => void, note: (logged: LoggedRevision) => void): { revision: number; compacted: number };
  /** Answers the length of the objects as JSON. */
  append(rows: LogRow[]): number;
  /** A revision with the object that it replaced; nothing when it is forgotten. */
  read(revision: number): (LogRow & { replaced: AnyObject | null }) | undefined;
  /** Forgets states that ended at or before `revision`. */
  compact(after: number, revision: number): void;
  /** Gives some of the room back that compaction left, when it is much of the file. */
  shrink(): void;
  /** Moves what the write-ahead log still holds into the database, so that the next write begins it anew. */
  checkpoint(): void;
  close(): void;
}

const schema = `
  CREATE TABLE IF NOT EXISTS revisions (
    revision INTEGER PRIMARY KEY,
    resource TEXT NOT NULL,
    key TEXT NOT NULL,
    previous INTEGER,
    object TEXT
  );
  CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
`;
const formatVersion = 1;
// The write-ahead log is cut to this when it begins anew.
const walBytes = 32 * 1024 * 1024;
// Free pages are taken up by later writes; giving back fewer than this only moves pages about.
const sparePages = 2048;
// 2 MiB at a time: some milliseconds.
const shrinkPages = 512;

export function openRevisionLog(path: string): RevisionLog {
  const database = openDatabase(path);
  const insert = database.prepare(
    'INSERT INTO revisions (revision, resource, key, previous, object) VALUES (?, ?, ?, ?, ?)',
  );
  const one = database.prepare(
    `SELECT r.resource, r.key, r.previous, r.object, p.object AS replaced
     FROM revisions r LEFT JOIN revisions p ON p.revision = r.previous WHERE r.revision = ?`,
  );
  const dropReplaced = database.prepare(
    'DELETE FROM revisions WHERE revision IN (SELECT previous FROM revisions WHERE revision > ? AND revision <= ?)',
  );
  const dropDeletions = database.prepare(
    'DELETE FROM revisions WHERE object IS NULL AND revision > ? AND revision <= ?',
  );
  const setFact = database.prepare('INSERT OR REPLACE INTO facts (name, value) VALUES (?, ?)');

  const transaction = createTransaction(database);
  const countPages = database.prepare(
    'SELECT page_count AS used, freelist_count AS free FROM pragma_page_count, pragma_freelist_count',
  );

  return {
    load(visit, note) {
      return loadCurrent(database, visit, note);
    },
    append(rows) {
      let bytes = 0;
      transaction(() => {
        for (const row of rows) bytes += insertRow(insert, row);
      });
      return bytes;
    },
    read(revision) {
      const row = one.get(revision);
      return (
        row && {
          revision,
          resource: row['resource'] as string,
          key: row['key'] as string,
          previous: row['previous'] as number | null,
          object: parse(row['object']),
          replaced: parse(row['replaced']),
        }
      );
    },
    compact(after, revision) {
      transaction(() => {
        dropReplaced.run(after, revision);
        dropDeletions.run(after, revision);
        setFact.run('compacted', revision);
      });
    },
    shrink() {
      const { used, free } = countPages.get() as { used: number; free: number };
      if (free > sparePages && free > used / 4) database.exec(`PRAGMA incremental_vacuum(${shrinkPages})`);
    },
    checkpoint() {
      database.exec('PRAGMA wal_checkpoint(PASSIVE)');
    },
    close() {
      try {
        database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      } catch {
        // A full disk: what is in the write-ahead log is as durable there, and is read at the next start.
      }
      database.close();
    },
  };
}

function openDatabase(path: string): DatabaseSync {
  try {
    // It holds Secrets. SQLite gives its side files the mode of the main one.
    closeSync(openSync(path, 'a', 0o600));
    const database = new DatabaseSync(path);
    // Durable at commit: FULL syncs the log on every commit. Checkpoints run beside the requests, see checkpoint.ts.
    // Vacuuming has to be chosen before the first table is made.
    database.exec('PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    database.exec(`PRAGMA wal_autocheckpoint = 0; PRAGMA journal_size_limit = ${walBytes};`);
    database.exec(schema);
    database.prepare('INSERT OR IGNORE INTO facts (name, value) VALUES (?, ?)').run('format', formatVersion);
    const format = database.prepare("SELECT value FROM facts WHERE name = 'format'").get()?.['value'];
    if (format !== formatVersion) {
      throw new EngineError('StoreCorrupt', `${path} has format ${format}; this version reads format ${formatVersion}`);
    }
    return database;
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    const message = (cause as Error).message;
    if (/malformed|not a database/i.test(message)) {
      throw new EngineError('StoreCorrupt', `${path} cannot be read: ${message}`, {
        hint: 'restore it from a copy, or move it away to start empty',
        cause,
      });
    }
    throw new EngineError('DataDirectoryUnwritable', `cannot open ${path}: ${message}`, {
      hint: 'make the data directory writable and see that its disk has room',
      cause,
    });
  }
}

function createTransaction(database: DatabaseSync): (work: () => void) => void {
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  return (work) => {
    begin.run();
    try {
      work();
      commit.run();
    } catch (error) {
      // SQLite has rolled back by itself after some errors, SQLITE_FULL among them.
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
  };
}

function insertRow(insert: StatementSync, row: LogRow): number {
  const text = row.object === null ? null : JSON.stringify(row.object);
  insert.run(row.revision, row.resource, row.key, row.previous, text);
  return text?.length ?? 0;
}

function loadCurrent(
  database: DatabaseSync,
  visit: (row: LogRow) => void,
  note: (logged: LoggedRevision) => void,
): { revision: number; compacted: number } {
  // Two passes: the first finds what is current without reading any object of the past.
  const current = new Map<string, number>();
  let revision = 0;
  for (const row of database
    .prepare('SELECT revision, resource, key, octet_length(object) AS bytes FROM revisions ORDER BY revision')
    .iterate()) {
    revision = row['revision'] as number;
    const [resource, key] = [row['resource'] as string, row['key'] as string];
    const id = `${resource} ${key}`;
    const bytes = row['bytes'] as number | null;
    note({ revision, resource, key, bytes: bytes ?? 0 });
    current.delete(id);
    if (bytes !== null) current.set(id, revision);
  }
  const one = database.prepare('SELECT resource, key, previous, object FROM revisions WHERE revision = ?');
  for (const found of current.values()) {
    const row = one.get(found)!;
    visit({
      revision: found,
      resource: row['resource'] as string,
      key: row['key'] as string,
      previous: row['previous'] as number | null,
      object: parse(row['object']),
    });
  }
  const compacted = (database.prepare("SELECT value FROM facts WHERE name = 'compacted'").get()?.['value'] ??
    0) as number;
  return { revision: Math.max(revision, compacted), compacted };
}

function parse(text: unknown): AnyObject | null {
  return typeof text === 'string' ? (JSON.parse(text) as AnyObject) : null;
}
