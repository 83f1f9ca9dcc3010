import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { resolveBelow } from './resolve.ts';

export interface Listed {
  name: string;
  kind: 'file' | 'directory';
  sizeBytes?: number;
  modified: string;
}

/** Entries shown at most; a folder of models is small, and one answer must be. */
const MAX_ENTRIES = 10_000;

/** What a client may see of a directory, by name. Links that lead out, dotfiles and special files are not in it. */
export async function listDirectory(
  root: string,
  directory: string,
): Promise<{ entries: Listed[]; truncated: boolean }> {
  const names = (await readdir(directory)).filter((name) => !name.startsWith('.')).sort();
  const prefix = directory === root ? '' : directory.slice(root.length);
  const entries: Listed[] = [];
  for (const name of names.slice(0, MAX_ENTRIES)) {
    const found = await resolveBelow(root, encodeURIComponent(join(prefix, name)));
    if (found.kind !== 'file' && found.kind !== 'directory') continue;
    const modified = new Date(found.modifiedMs).toISOString();
    entries.push(
      found.kind === 'file'
        ? { name, kind: found.kind, sizeBytes: found.sizeBytes, modified }
        : { name, kind: found.kind, modified },
    );
  }
  return { entries, truncated: names.length > MAX_ENTRIES };
}

export function renderListing(path: string, entries: readonly Listed[]): string {
  const rows = entries.map(({ name, kind, sizeBytes, modified }) => {
    const slash = kind === 'directory' ? '/' : '';
    return `<tr><td><a href="./${encodeURIComponent(name)}${slash}">${escapeHtml(name)}${slash}</a><td>${sizeBytes ?? ''}<td>${modified}`;
  });
  const up = path === '/' ? '' : '<tr><td><a href="../">../</a><td><td>';
  const title = escapeHtml(path);
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1><table>${up}${rows.join('')}</table></html>\n`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
