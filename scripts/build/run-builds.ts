import { mkdir } from 'node:fs/promises';
import type { Part } from './root-file-system.ts';

/** Builds into a folder and answers what to print. */
export type Builds = Readonly<Record<string, (folder: string) => Promise<readonly string[]>>>;

/** Builds what is named first, into the folder that is named next. */
export async function runBuilds(builds: Builds, args: readonly string[], defaultFolder: string): Promise<void> {
  const [what = '', folder = defaultFolder] = args;
  const make = builds[what];
  if (!make) {
    process.stderr.write(`build what? one of ${Object.keys(builds).join(', ')}\n`);
    process.exitCode = 2;
    return;
  }
  await mkdir(folder, { recursive: true });
  for (const line of await make(folder)) process.stdout.write(`${line}\n`);
}

export function sizeLine(bytes: number, what: string): string {
  return `${(bytes / 1e6).toFixed(2).padStart(8)} MB  ${what}`;
}

/** What each part of a tree weighs, and all of it. */
export function sizeLines(parts: readonly Part[], path: string): string[] {
  const all = parts.reduce((sum, { bytes }) => sum + bytes, 0);
  return [...parts.map(({ what, bytes }) => sizeLine(bytes, what)), sizeLine(all, `in all: ${path}`)];
}
