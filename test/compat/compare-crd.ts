import type { CrdVersion, CustomResourceDefinition } from '@serval/api';
import { compareSchemas } from './compare-schema.ts';
import type { LocatedFinding } from './finding.ts';

export interface VersionComparison {
  version: string;
  paths: number;
  same: number;
  wider: number;
  differing: number;
  findings: LocatedFinding[];
}

/**
 * Every version that the reference serves, compared with ours: schema, subresources and columns; what belongs to the whole
 * definition (names, scope) is among the findings of its first version.
 */
export function compareCrds(theirs: CustomResourceDefinition, ours: CustomResourceDefinition): VersionComparison[] {
  return theirs.spec.versions.map((their, index) => {
    const findings = index === 0 ? compareNames(theirs, ours) : [];
    const our = ours.spec.versions.find(({ name }) => name === their.name);
    if (!our) {
      findings.push({ path: '', aspect: 'version', theirs: their.name, ours: undefined });
      return { version: their.name, paths: 1, same: 0, wider: 0, differing: 1, findings };
    }
    const schema = compareSchemas(their.schema.openAPIV3Schema, our.schema.openAPIV3Schema);
    findings.push(...compareVersions(their, our), ...schema.findings);
    return { version: their.name, ...schema, findings };
  });
}

function compareNames(theirs: CustomResourceDefinition, ours: CustomResourceDefinition): LocatedFinding[] {
  const findings: LocatedFinding[] = [];
  for (const name of ['kind', 'plural', 'singular', 'listKind'] as const) {
    const [their, our] = [theirs.spec.names[name], ours.spec.names[name]];
    if (their !== our) findings.push({ path: `names.${name}`, aspect: 'names', theirs: their, ours: our });
  }
  for (const name of ['shortNames', 'categories'] as const) {
    const [their, our] = [theirs.spec.names[name] ?? [], ours.spec.names[name] ?? []];
    if (their.some((one) => !our.includes(one))) {
      findings.push({ path: `names.${name}`, aspect: 'names', theirs: their, ours: our });
    }
  }
  if (theirs.spec.scope !== ours.spec.scope) {
    findings.push({ path: '', aspect: 'scope', theirs: theirs.spec.scope, ours: ours.spec.scope });
  }
  return findings;
}

function compareVersions(their: CrdVersion, our: CrdVersion): LocatedFinding[] {
  const findings: LocatedFinding[] = [];
  if (their.served && !our.served) findings.push({ path: '', aspect: 'version', theirs: 'served', ours: 'not served' });
  if (their.storage !== our.storage) {
    findings.push({ path: '', aspect: 'storage', theirs: their.storage, ours: our.storage });
  }
  const [theirStatus, ourStatus] = [Boolean(their.subresources?.status), Boolean(our.subresources?.status)];
  if (theirStatus !== ourStatus) {
    findings.push({ path: 'status', aspect: 'subresources', theirs: theirStatus, ours: ourStatus });
  }
  const [theirScale, ourScale] = [their.subresources?.scale, our.subresources?.scale];
  if (theirScale && JSON.stringify(theirScale) !== JSON.stringify(ourScale)) {
    findings.push({ path: 'scale', aspect: 'subresources', theirs: theirScale, ours: ourScale });
  }
  for (const { name, jsonPath, type } of their.additionalPrinterColumns ?? []) {
    const column = our.additionalPrinterColumns?.find((candidate) => candidate.name === name);
    const expected = `${type} ${jsonPath}`;
    const found = column && `${column.type} ${column.jsonPath}`;
    if (found !== expected) findings.push({ path: name, aspect: 'columns', theirs: expected, ours: found });
  }
  return findings;
}
