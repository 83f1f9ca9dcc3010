import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CrdBundle, crds } from '@serval/api';
import { compareReleases } from './compare-releases.ts';
import { differences } from './differences.ts';
import { unusedDifferences } from './judge.ts';
import { referenceFolder } from './reference-data.ts';
import { countsTable, findingsText } from './report.ts';

const folder = referenceFolder(process.env);
/** `SERVAL_COMPAT_KIND=InferenceGraph,TrainedModel` looks at these only. */
const onlyKinds = process.env['SERVAL_COMPAT_KIND']?.split(',');
const wanted = (kind: string) => onlyKinds?.includes(kind) ?? true;
const bundles: readonly CrdBundle[] = ['full', 'standard'];

for (const bundle of bundles) {
  test(`whatever the released definitions of KServe take, the ${bundle} bundle takes with the same meaning`, {
    skip: folder ? false : 'no reference data: SERVAL_REFERENCE_DATA names no folder with kserve-crds in it',
  }, async () => {
    assert.ok(folder);
    const { rows, used } = await compareReleases(folder, bundle, crds({ bundle }), differences, wanted);
    console.log(`bundle ${bundle}\n${countsTable(rows)}`);
    for (const { kinds, aspect, path, reason } of used) {
      console.log(`listed: ${kinds?.join(', ') ?? 'every kind'} ${path} ${aspect}: ${reason}`);
    }
    const compared = rows.reduce((total, { comparison }) => total + comparison.paths, 0);
    assert.ok(compared > 0, `nothing was compared: ${onlyKinds?.join(', ') ?? 'the folder'} has no definition`);
    const findings = findingsText(rows);
    if (findings) assert.fail(`mend these, or list them with their reason in differences.ts:\n${findings}`);
    const kinds = new Set(rows.map(({ kind }) => kind));
    const unused = unusedDifferences(differences, used, { bundle, kinds, areAllKinds: !onlyKinds });
    assert.deepEqual(unused, [], 'listed differences that no longer occur');
  });
}
