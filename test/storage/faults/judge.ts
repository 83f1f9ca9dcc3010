import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What may stand under each name: every version that the source had. */
export type Versions = ReadonlyMap<string, readonly Buffer[]>;

const OWN = /^\.serval-(download(\/|$)|manifest\.json$)/;

/**
 * What is wrong with a sandbox whose folder `target` a download writes to, at any moment. Nothing wrong is an empty list. With
 * `complete` everything must be there; else files may be missing, but none may be another than the source's.
 */
export async function judge(sandbox: string, versions: Versions, complete: boolean): Promise<string[]> {
  const wrong: string[] = [];
  const target = join(sandbox, 'target');
  for (const name of await readdir(sandbox)) {
    if (name !== 'target' && name !== 'home') wrong.push(`${name} stands outside the directory`);
  }
  const present = new Set<string>();
  const entries = await readdir(target, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const name = join(entry.parentPath, entry.name).slice(target.length + 1);
    if (OWN.test(name) || entry.isDirectory()) continue;
    const content = await readFile(join(target, name));
    present.add(name);
    const allowed = versions.get(name);
    if (!allowed) wrong.push(`${name} is not of the source`);
    else if (!allowed.some((version) => version.equals(content))) {
      const partial = allowed.some((it) => it.subarray(0, content.length).equals(content));
      wrong.push(
        `${name} is ${partial ? 'partial' : 'wrong'}: ${content.length} bytes${differences(content, allowed)}`,
      );
    }
  }
  const manifest = await readFile(join(target, '.serval-manifest.json'), 'utf8').catch(() => undefined);
  const missing = [...versions.keys()].filter((name) => !present.has(name));
  if (missing.length > 0 && manifest !== undefined) wrong.push(`the manifest stands, without ${missing.join(', ')}`);
  if (complete) {
    if (missing.length > 0) wrong.push(`success, without ${missing.join(', ')}`);
    if (manifest === undefined) wrong.push('success, without a manifest');
    if (entries.some(({ name }) => name === '.serval-download')) wrong.push('success, and parts are left');
  }
  return wrong;
}

/** Where the content differs from the version of the same length, for the one who looks for the cause. */
function differences(content: Buffer, allowed: readonly Buffer[]): string {
  const version = allowed.find(({ length }) => length === content.length);
  if (!version) return '';
  const at = [...content.keys()].filter((index) => content[index] !== version[index]);
  return `, ${at.length} of them others, from ${at[0]} to ${at.at(-1)}`;
}
