import type { DownloadEvent, DownloadReport } from './options.ts';

/** A line this often while data flows; logs are read by people. */
const INTERVAL_MS = 2000;

/** Turns events into plain lines. `clock` is in milliseconds. */
export function createProgressLines(
  write: (line: string) => void,
  clock: () => number,
): (event: DownloadEvent) => void {
  let total: number | undefined;
  let done = 0;
  let lastMs = clock();
  return (event) => {
    switch (event.type) {
      case 'listed': {
        total = event.bytes;
        const reused = event.reusedFiles > 0 ? `, ${event.reusedFiles} already here` : '';
        write(
          `found ${event.files} ${event.files === 1 ? 'file' : 'files'}${total === undefined ? '' : `, ${formatBytes(total)}`}${reused}`,
        );
        return;
      }
      case 'progress': {
        done += event.bytes;
        const nowMs = clock();
        if (nowMs - lastMs < INTERVAL_MS) return;
        lastMs = nowMs;
        const share = total ? ` of ${formatBytes(total)} (${Math.floor((done / total) * 100)} %)` : '';
        write(`fetched ${formatBytes(done)}${share}`);
        return;
      }
      case 'waiting':
        write(`waiting for another process that fetches ${event.source}`);
        return;
      case 'cached':
        done += event.bytes;
        return;
      case 'extracted':
        write(`extracted ${event.files} ${event.files === 1 ? 'file' : 'files'}, ${formatBytes(event.bytes)}`);
        return;
      case 'retry':
        write(`retrying in ${event.waitMs} ms: ${event.error.message}`);
        return;
      case 'warning':
        write(`warning: ${event.message}`);
        return;
      case 'file':
        return;
    }
  };
}

export function formatReport(report: DownloadReport): string {
  const { files, bytes, uri, directory, durations } = report;
  const what = `${files} ${files === 1 ? 'file' : 'files'}, ${formatBytes(bytes)}`;
  const seconds = (durations.totalMs / 1000).toFixed(2);
  if (report.reused) return `reused ${what} of ${uri} in ${directory} (${seconds} s)`;
  const cached = report.cachedBytes > 0 ? `, ${formatBytes(report.cachedBytes)} of it cached` : '';
  return `downloaded ${what} from ${uri} to ${directory} in ${seconds} s${cached}`;
}

/** Binary units, one decimal. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`;
}
