import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubeObject } from '@serval/kube/objects';
import { dump } from 'js-yaml';
import { CliError } from '../command/cli-error.ts';
import { writeWhole } from '../storage-config/backup.ts';
import type { KuberoImport } from './import-kubero.ts';
import type { ImportNote } from './note.ts';

interface File {
  name: string;
  text: string;
  /** Secrets are for their owner alone. */
  mode: number;
}

/** In the order in which they are applied; their names sort so too. */
export function filesOf(found: KuberoImport): File[] {
  const files: [name: string, objects: readonly KubeObject[], mode: number][] = [
    ['1-namespaces.yaml', found.namespaces, 0o644],
    ['2-secrets.yaml', found.secrets, 0o600],
    ['3-pipelines.yaml', found.pipelines, 0o644],
    ['4-services.yaml', found.services, 0o644],
  ];
  return files
    .filter(([, objects]) => objects.length > 0)
    .map(([name, objects, mode]) => ({ name, text: objects.map(document).join('---\n'), mode }));
}

/** @throws CliError BadUsage where a file is there with other content: nothing is written then */
export async function writeFiles(folder: string, files: readonly File[]): Promise<void> {
  for (const { name, text } of files) {
    const there = await readFile(join(folder, name), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw new CliError('BadUsage', `${join(folder, name)}: cannot be read`, { cause: error });
    });
    if (there !== undefined && there !== text) {
      throw new CliError('BadUsage', `${join(folder, name)} is there already, and is different; nothing was written`, {
        hint: 'name another folder with -o',
      });
    }
  }
  await mkdir(folder, { recursive: true }).catch((cause: unknown) => {
    throw new CliError('BadUsage', `${folder}: cannot be made`, { cause });
  });
  for (const { name, text, mode } of files) await writeWhole(join(folder, name), text, mode);
}

const headings: Record<ImportNote['kind'], string> = {
  rotate: 'Rotate: these stood in plain text',
  refused: 'Could not be taken over',
  left: 'Has no equivalent',
};

/** For people; never a value. */
export function noteLines(notes: readonly ImportNote[]): string[] {
  return (['rotate', 'refused', 'left'] as const).flatMap((kind) => {
    const own = notes.filter((note) => note.kind === kind);
    if (own.length === 0) return [];
    const byObject = Map.groupBy(own, ({ where }) => where);
    const lines = [...byObject].flatMap(([where, of]) => [`  ${where}`, ...of.map(({ message }) => `    ${message}`)]);
    return [headings[kind], ...lines];
  });
}

function document(object: KubeObject): string {
  return dump(object, { noRefs: true, lineWidth: -1 });
}
