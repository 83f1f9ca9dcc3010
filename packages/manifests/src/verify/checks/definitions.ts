import { type CrdBundle, type CustomResourceDefinition, platformGroup, servingGroup } from '@serval/api';
import { createRuleChecker } from '@serval/kube/cel';
import type { AnyObject } from '@serval/kube/objects';
import { definitionProblems } from '../../definitions/definition-problems.ts';
import type { FileSet } from '../../file-set.ts';
import { objectKey } from '../../objects/object-key.ts';
import { parseObjects } from '../../yaml/parse-yaml.ts';
import { type Check, eachRender, Tally } from '../check.ts';

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
    // The same definition is in many renders: each text of it is looked at once.
    const seen = new Set<string>();
    const look = (object: AnyObject) => {
      const text = JSON.stringify(object);
      if (seen.has(text)) return;
      seen.add(text);
      tally.look(countSchemas(text));
      for (const { path, message } of definitionProblems(object as unknown as CustomResourceDefinition, rules)) {
        tally.findings.push({ object: objectKey(object), path, message });
      }
    };
    for (const object of bundle(evidence.files, 'full')) look(object);
    eachRender(evidence, (objects) => {
      for (const object of objects.filter(isDefinition)) look(object);
    });
    return tally.verdict();
  },
};

export const sizes: Check = {
  name: 'definition sizes',
  about: 'standard definitions fit into a client-side apply, full ones into an API server',
  run(evidence) {
    const tally = new Tally();
    const look = (object: AnyObject, most: number) => {
      tally.look();
      const bytes = Buffer.byteLength(JSON.stringify(object));
      if (bytes >= most) {
        tally.findings.push({
          object: objectKey(object),
          path: '',
          message: `has ${bytes} bytes as JSON; the most is ${most}`,
        });
      }
    };
    eachRender(evidence, (objects) => {
      for (const object of objects.filter(isDefinition)) look(object, maxStandardBytes);
    });
    for (const object of bundle(evidence.files, 'full')) look(object, maxFullBytes);
    return tally.verdict();
  },
};

export const owners: Check = {
  name: 'owners',
  about: 'each definition is installed once, and none of others is',
  run({ files, variants }) {
    const tally = new Tally();
    for (const name of ['standard', 'full'] as const) {
      for (const object of bundle(files, name)) expectOwn(tally, object);
    }
    for (const { renders } of variants) {
      for (const { by, objects } of renders) {
        const found = objects.filter(isDefinition);
        const keys = found.map(objectKey);
        for (const [index, object] of found.entries()) {
          expectOwn(tally, object);
          const key = objectKey(object);
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
