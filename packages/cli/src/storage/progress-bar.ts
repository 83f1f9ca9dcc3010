import type { DownloadEvent } from '@serval/storage';
import type { Output } from '../command/output.ts';

const WIDTH = 30;

/** A terminal is not drawn more often than this. */
const INTERVAL_MS = 100;

/** One line that fills while data comes; other events are lines above it. `lines` writes those. */
export function createProgressBar(
  out: Output,
  lines: (event: DownloadEvent) => void,
  { formatBytes, clock }: { formatBytes: (bytes: number) => string; clock: () => number },
): { onEvent: (event: DownloadEvent) => void; end(): void } {
  let total: number | undefined;
  let done = 0;
  let startMs = clock();
  let drawnMs = 0;
  const draw = () => {
    drawnMs = clock();
    const seconds = Math.max((drawnMs - startMs) / 1000, 0.001);
    out.progress(barLine(done, total, `${formatBytes(done / seconds)}/s`, formatBytes));
  };
  return {
    onEvent(event) {
      if (event.type === 'progress' || event.type === 'cached') {
        done += event.bytes;
        if (clock() - drawnMs >= INTERVAL_MS) draw();
        return;
      }
      if (event.type === 'file') return;
      if (event.type === 'listed') {
        total = event.bytes;
        startMs = clock();
      }
      out.progress(undefined);
      lines(event);
    },
    end: () => out.progress(undefined),
  };
}

/** `[=====>     ]  42 %  1.2 GiB of 2.9 GiB  180.0 MiB/s` */
export function barLine(
  done: number,
  total: number | undefined,
  rate: string,
  formatBytes: (bytes: number) => string,
): string {
  if (!total) return `${formatBytes(done)}  ${rate}`;
  const share = Math.min(1, Math.max(0, done / total));
  const filled = Math.floor(share * WIDTH);
  const bar = `${'='.repeat(filled)}${filled < WIDTH ? '>' : ''}`.padEnd(WIDTH);
  const percent = `${Math.floor(share * 100)}`.padStart(3);
  return `[${bar}] ${percent} %  ${formatBytes(done)} of ${formatBytes(total)}  ${rate}`;
}
