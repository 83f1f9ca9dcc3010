import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crds } from '@serval/api';
import { compareCrds } from './compare-crd.ts';
import { type Difference, differences } from './differences.ts';
import { explanation, unusedDifferences } from './judge.ts';
import { definitionsOf, referenceFolder, releasesIn } from './reference-data.ts';
import { countsTable, findingsText, type Row } from './report.ts';

const folder = referenceFolder(process.env);
/** `SERVAL_COMPAT_KIND=InferenceGraph,TrainedModel` looks at these only. */
const onlyKinds = process.env['SERVAL_COMPAT_KIND']?.split(',');
const wanted = (kind: string) => onlyKinds?.includes(kind) ?? true;

test('whatever the released definitions of KServe take is taken here, with the same meaning', {
  skip: folder ? false : 'no reference data: SERVAL_REFERENCE_DATA names no folder with kserve-crds in it',
}, async () => {
  assert.ok(folder);
  const ours = new Map(crds({ bundle: 'full' }).map((crd) => [crd.spec.names.kind, crd]));
  const used = new Set<Difference>();
  const rows: Row[] = [];
  for (const release of await releasesIn(folder)) {
    for (const theirs of await definitionsOf(folder, release)) {
      const { kind } = theirs.spec.names;
      if (!wanted(kind)) continue;
      const our = ours.get(kind);
      if (!our) {
        const versions = theirs.spec.versions.map(({ name }) => name).join(', ');
        const finding = { path: '', aspect: 'missing' as const, theirs: kind, ours: undefined };
        const counts = { paths: 1, same: 0, wider: 0, differing: 1 };
        rows.push({
          release,
          kind,
          comparison: { version: versions, ...counts, findings: [finding] },
          unexplained: [finding],
        });
        continue;
      }
      for (const comparison of compareCrds(theirs, our)) {
        const unexplained = comparison.findings.filter((finding) => {
          const difference = explanation({ release, kind, version: comparison.version }, finding, differences);
          if (difference) used.add(difference);
          return !difference;
        });
        rows.push({ release, kind, comparison, unexplained });
      }
    }
  }
  console.log(countsTable(rows));
  for (const { kinds, aspect, path, reason } of used) {
    console.log(`listed: ${kinds?.join(', ') ?? 'every kind'} ${path} ${aspect}: ${reason}`);
  }
  const compared = rows.reduce((total, { comparison }) => total + comparison.paths, 0);
  assert.ok(compared > 0, `nothing was compared: ${onlyKinds?.join(', ') ?? 'the folder'} has no definition`);
  const findings = findingsText(rows);
  if (findings) assert.fail(`mend these, or list them with their reason in differences.ts:\n${findings}`);
  const unused = unusedDifferences(differences, used, [...new Set(rows.map(({ kind }) => kind))], !onlyKinds);
  assert.deepEqual(unused, [], 'listed differences that no longer occur');
});
