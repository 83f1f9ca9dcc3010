import type { FieldErrors } from '../../../../schema/field-errors.ts';
import { readText } from '../../../../schema/lenient.ts';
import { defaultMountPath } from '../model-fields.ts';
import type { StorageUri } from '../types.ts';

/**
 * Where sources are placed: absolute folders without `..`, none of them the root, another's or inside another's, so that what
 * is fetched into one never covers the other. What is downloaded shares one volume, which is mounted at the folder above all
 * of them; that may not be the root either (KServe). Claims are volumes of their own.
 */
export function validateMountPaths(path: string, sources: readonly [number, StorageUri][], errors: FieldErrors): void {
  const placed: { at: string; folders: readonly string[]; text: string; isClaim: boolean }[] = [];
  for (const [index, { uri, mountPath }] of sources) {
    const text = readText(mountPath) ?? defaultMountPath;
    const at = `${path}[${index}].mountPath`;
    const problem = problemOf(text);
    if (problem) {
      errors.invalid(at, `${problem}, got ${JSON.stringify(text)}`);
      continue;
    }
    const folders = text.split('/').filter((folder) => folder !== '');
    const other = placed.find((one) => startsWith(folders, one.folders) || startsWith(one.folders, folders));
    if (other) {
      const how =
        other.folders.length === folders.length ? 'must be unique' : 'must not be inside of, or around, another';
      errors.invalid(at, `${how}: ${other.at} is ${other.text}, got ${text}`);
    }
    placed.push({ at, folders, text, isClaim: (readText(uri) ?? '').startsWith('pvc://') });
  }
  const [first, ...others] = placed.filter(({ isClaim }) => !isClaim);
  for (const other of others) {
    if (first && first.folders[0] !== other.folders[0]) {
      errors.invalid(
        other.at,
        `must share a folder with ${first.at} (${first.text}), as both are on one volume; got ${other.text}`,
      );
    }
  }
}

function problemOf(mountPath: string): string | undefined {
  if (!mountPath.startsWith('/')) return 'must be an absolute path';
  if (mountPath.includes('..')) return 'must not contain ".."';
  if (/^[/.]*$/.test(mountPath)) return 'must be a folder below the root';
  return undefined;
}

function startsWith(folders: readonly string[], others: readonly string[]): boolean {
  return others.every((folder, index) => folder === folders[index]);
}
