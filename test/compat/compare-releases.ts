import type { CrdBundle, CustomResourceDefinition } from '@serval/api';
import { compareCrds, type VersionComparison } from './compare-crd.ts';
import type { Difference } from './differences.ts';
import { explanation } from './judge.ts';
import { definitionsOf, releasesIn } from './reference-data.ts';
import type { Row } from './report.ts';

export interface Comparison {
  rows: Row[];
  /** Listed differences that explain at least one finding. */
  used: Set<Difference>;
}

/**
 * All releases of a folder, compared with a bundle of ours.
 *
 * @param wanted  Tells the kinds to look at.
 */
export async function compareReleases(
  folder: string,
  bundle: CrdBundle,
  ours: readonly CustomResourceDefinition[],
  differences: readonly Difference[],
  wanted: (kind: string) => boolean,
): Promise<Comparison> {
  const ourKinds = new Map(ours.map((crd) => [crd.spec.names.kind, crd]));
  const comparison: Comparison = { rows: [], used: new Set() };
  for (const release of await releasesIn(folder)) {
    for (const theirs of await definitionsOf(folder, release)) {
      const { kind } = theirs.spec.names;
      if (!wanted(kind)) continue;
      const our = ourKinds.get(kind);
      for (const version of our ? compareCrds(theirs, our) : [missingKind(theirs)]) {
        const unexplained = version.findings.filter((finding) => {
          const difference = explanation({ release, kind, version: version.version, bundle }, finding, differences);
          if (difference) comparison.used.add(difference);
          return !difference;
        });
        comparison.rows.push({ release, kind, comparison: version, unexplained });
      }
    }
  }
  return comparison;
}

function missingKind({ spec }: CustomResourceDefinition): VersionComparison {
  return {
    version: spec.versions.map(({ name }) => name).join(', '),
    paths: 1,
    same: 0,
    wider: 0,
    differing: 1,
    findings: [{ path: '', aspect: 'missing', theirs: spec.names.kind, ours: undefined }],
  };
}
