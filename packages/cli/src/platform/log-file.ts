import { createWriteStream, existsSync, mkdirSync, renameSync, statSync, type WriteStream } from 'node:fs';
import { dirname } from 'node:path';

/** Two files of this size are kept: what runs now and what was before. */
const maxLogBytes = 16 * 1024 * 1024;

/** A log file that is set aside as `FILE.1` when it has grown too large. */
export function createLogFile(path: string): { write(line: string): void; end(): Promise<void> } {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  let written = existsSync(path) ? statSync(path).size : 0;
  let stream = open();
  return {
    write(line) {
      written += Buffer.byteLength(line);
      if (written > maxLogBytes) {
        stream.end();
        renameSync(path, `${path}.1`);
        stream = open();
        written = Buffer.byteLength(line);
      }
      stream.write(line);
    },
    end: () => new Promise((resolve) => stream.end(() => resolve())),
  };

  function open(): WriteStream {
    const opened = createWriteStream(path, { flags: 'a', mode: 0o600 });
    // A full disk must not end the platform: the log is given up first.
    opened.on('error', () => undefined);
    return opened;
  }
}
