export { catalogue, type FindingId, findingIds } from './catalogue.ts';
export { leastKubernetes } from './families/versions.ts';
export type { CheckReport, Diagnosis, Evidence, Finding, Fix, ProposedPatch, Severity } from './finding.ts';
export { type ProbeTarget, probeTargets } from './probe-targets.ts';
export { runChecks } from './run-checks.ts';
export type { Seen, SeenProbe, SeenStorageSecret, Snapshot } from './snapshot.ts';
export { seenStorageSecret } from './storage-secret.ts';
