import { readdir, readFile } from 'node:fs/promises';

/** Ids of the processes (not zombies, whose parent has yet to look) that have `text` in their arguments or environment; Linux only. */
export async function processesWith(text: string): Promise<number[]> {
  const found: number[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry) || Number(entry) === process.pid) continue;
    const parts = await Promise.all(
      ['cmdline', 'environ'].map((file) => readFile(`/proc/${entry}/${file}`, 'utf8').catch(() => '')),
    );
    if (parts.some((part) => part.includes(text))) found.push(Number(entry));
  }
  return found;
}
