import { type Check, Tally, variantName } from '../check.ts';
import { compareRenders } from '../compare-renders.ts';

export const parity: Check = {
  name: 'parity',
  about: 'Kustomize and Helm render the same objects',
  run({ variants }) {
    const tally = new Tally();
    for (const { variant, renders } of variants) {
      const [first, ...others] = renders;
      for (const other of others) {
        const { objects, fields, differences } = compareRenders(first?.objects ?? [], other.objects);
        tally.objects += objects;
        tally.fields += fields;
        for (const { object, path, left, right } of differences) {
          const message = `${first?.by} has ${shown(left)}, ${other.by} has ${shown(right)} (${variantName(variant)})`;
          tally.findings.push({ object, path, message });
        }
      }
    }
    return tally.verdict();
  },
};

export function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}
