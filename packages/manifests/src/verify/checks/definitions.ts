import { type CrdBundle, type CustomResourceDefinition, platformGroup, servingGroup } from '@serval/api';
import { createRuleChecker } from '@serval/kube/cel';
import type { AnyObject } from '@serval/kube/objects';
import { definitionProblems } from '../../definitions/definition-problems.ts';
import type { FileSet } from '../../file-set.ts';
import { objectKey } from '../../objects/object-key.ts';
import { parseObjects } from '../../yaml/parse-yaml.ts';
import { type Check, type InstalledDefinition, Tally, type VariantRenders } from '../check.ts';

const own: ReadonlySet<string> = new Set([servingGroup, platformGroup]);
/** `kubectl apply` keeps the whole object in an annotation, and annotations may have 256 KiB together. */
const maxStandardBytes = 256 * 1024;
/** Of what an API server takes in one object, 1.5 MiB, some is left for what it adds. */
const maxFullBytes = 1_400_000;

export const definitions: Check = {
  name: 'definitions',
  about: 'API servers take every version of every definition, and somebody converts where there are several',
  run(evidence) {
    const tally = new Tally();
    const rules = createRuleChecker();
    for (const { object, text } of evidence.definitions) {
      tally.look(countSchemas(text));
      for (const { path, message } of definitionProblems(object as unknown as CustomResourceDefinition, rules)) {
        tally.findings.push({ object: objectKey(object), path, message });
      }
    }
    return tally.verdict();
  },
};

export const sizes: Check = {
  name: 'definition sizes',
  about: 'standard definitions fit into a client-side apply, full ones into an API server',
  run(evidence) {
    const tally = new Tally();
    for (const { object, text, isFull } of evidence.definitions) {
      tally.look();
      const [bytes, most] = [Buffer.byteLength(text), isFull ? maxFullBytes : maxStandardBytes];
      if (bytes < most) continue;
      const message = `has ${bytes} bytes as JSON; the most is ${most}`;
      tally.findings.push({ object: objectKey(object), path: '', message });
    }
    return tally.verdict();
  },
};

export const owners: Check = {
  name: 'owners',
  about: 'each definition is installed once, and none of others is',
  run({ definitions: installed, variants }) {
    const tally = new Tally();
    for (const { object } of installed) expectOwn(tally, object);
    for (const { renders } of variants) {
      for (const { by, objects } of renders) {
        const keys = objects.filter(isDefinition).map(objectKey);
        for (const [index, key] of keys.entries()) {
          tally.expect(keys.indexOf(key) === index, key, '', `${by} installs it more than once`);
        }
      }
    }
    return tally.verdict();
  },
};

function expectOwn(tally: Tally, object: AnyObject): void {
  tally.look();
  const group = String(object['spec']?.group);
  tally.expect(
    own.has(group),
    objectKey(object),
    'spec.group',
    `${group} is not Serval's: others install its definitions`,
  );
}

/** Every definition that is installed, and the full ones; each text once, though it is in many renders. */
export function distinctDefinitions(files: FileSet, variants: readonly VariantRenders[]): InstalledDefinition[] {
  const found = new Map<string, InstalledDefinition>();
  const add = (object: AnyObject, isFull: boolean) => {
    const text = JSON.stringify(object);
    if (!found.has(text)) found.set(text, { object, text, isFull });
  };
  // Small ones are the same in both bundles: those that are applied from the client's side set the limit.
  for (const { renders } of variants) {
    for (const { objects } of renders) for (const object of objects.filter(isDefinition)) add(object, false);
  }
  for (const object of bundle(files, 'full')) add(object, true);
  return [...found.values()];
}

function isDefinition({ kind }: AnyObject): boolean {
  return kind === 'CustomResourceDefinition';
}

function bundle(files: FileSet, name: CrdBundle): AnyObject[] {
  return [...files].flatMap(([path, text]) =>
    path.startsWith(`crds/${name}/`) && !path.endsWith('/kustomization.yaml') ? parseObjects(text, path) : [],
  );
}

function countSchemas(text: string): number {
  return text.split('"type":').length - 1;
}
