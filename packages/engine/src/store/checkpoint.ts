import { Worker } from 'node:worker_threads';

// A thread of its own, alive only while it works: copying the write-ahead log into the database blocks for
// milliseconds that no request should wait for.
const script = `
  const { DatabaseSync } = require('node:sqlite');
  const { workerData } = require('node:worker_threads');
  const database = new DatabaseSync(workerData, { timeout: 1000 });
  try { database.exec('PRAGMA wal_checkpoint(PASSIVE)'); } finally { database.close(); }
`;

/** Moves the write-ahead log into the database at `path`, beside readers and the writer. Never rejects. */
export function checkpoint(path: string): Promise<void> {
  return new Promise((resolve) => {
    const worker = new Worker(script, { eval: true, workerData: path, execArgv: [], stderr: true });
    // A failed checkpoint loses nothing: the next one takes its place.
    worker.once('error', () => resolve());
    worker.once('exit', () => resolve());
  });
}
