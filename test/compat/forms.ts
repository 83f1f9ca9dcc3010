import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { KubeObject } from '@serval/kube/objects';
import { loadAll } from 'js-yaml';

/** An object that KServe takes, in one of the forms that its users write. */
export interface Form {
  name: string;
  object: KubeObject;
}

/** Objects of all YAML files below a folder of the repository. */
export function formsIn(folder: string): Form[] {
  const root = resolve(import.meta.dirname, '../..', folder);
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml'));
  return files.sort().flatMap((file) =>
    loadAll(readFileSync(join(root, file), 'utf8')).map((document) => {
      const object = document as KubeObject;
      return { name: `${file}: ${object.kind} ${object.metadata.name}`, object };
    }),
  );
}

/** Examples have objects of Kubernetes itself, too. */
export function isOfGroup(...groups: readonly string[]): (form: Form) => boolean {
  return ({ object }) => groups.some((group) => object.apiVersion.startsWith(`${group}/`));
}
