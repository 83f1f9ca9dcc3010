import { objectKey } from '../../objects/object-key.ts';
import { parseYaml } from '../../yaml/parse-yaml.ts';
import { type Check, type Finding, Tally } from '../check.ts';
import { compareValues } from '../compare-values.ts';
import { shown } from './parity.ts';

export const generated: Check = {
  name: 'generated',
  about: 'deploy/ is what `generate` writes now',
  run({ files, generated: wanted }) {
    const tally = new Tally();
    for (const [path, text] of wanted) {
      tally.look();
      const found = files.get(path);
      if (found === undefined) {
        tally.findings.push({ object: path, path: '', message: 'is missing' });
      } else if (found !== text) {
        tally.findings.push(...differencesOf(path, found, text));
      }
    }
    return tally.verdict();
  },
};

/** By field where both texts can be read as values, else by line. */
function differencesOf(file: string, found: string, wanted: string): Finding[] {
  const [left, right] = [readValue(file, found), readValue(file, wanted)];
  if (left !== undefined && right !== undefined) {
    const { differences } = compareValues(left, right);
    const object = isObject(right) ? `${objectKey(right as never)} in ${file}` : file;
    // A difference of the whole has no field to name.
    if (differences.length > 0 && differences.every(({ path }) => path !== '')) {
      return differences.map(({ path, left: is, right: should }) => ({
        object,
        path,
        message: `is ${shown(is)}, is generated as ${shown(should)}`,
      }));
    }
  }
  return [lineDifference(file, found, wanted)];
}

/** The value of a file of one YAML or JSON document; nothing for templates and other texts. */
function readValue(file: string, text: string): unknown {
  if (!/\.(ya?ml|json)$/.test(file) || file.includes('/templates/')) return undefined;
  try {
    const documents = file.endsWith('.json') ? [JSON.parse(text) as unknown] : parseYaml(text, file);
    return documents.length === 1 ? documents[0] : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): boolean {
  const { apiVersion, kind, metadata } = (value ?? {}) as Record<string, unknown>;
  return typeof apiVersion === 'string' && typeof kind === 'string' && typeof metadata === 'object';
}

function lineDifference(file: string, found: string, wanted: string): Finding {
  const [is, should] = [found, wanted].map((text) => text.split('\n')) as [string[], string[]];
  const index = should.findIndex((line, at) => line !== is[at]);
  const at = index < 0 ? should.length : index;
  return {
    object: file,
    path: `line ${at + 1}`,
    message: `is ${shown(is[at]?.trim())}, is generated as ${shown(should[at]?.trim())}`,
  };
}
