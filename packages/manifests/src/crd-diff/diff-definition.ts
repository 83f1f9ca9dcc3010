import type { CrdVersion, CustomResourceDefinition } from '@serval/api';
import type { CrdChange, Report } from './change.ts';
import { diffSchemas } from './diff-schemas.ts';
import { diffViews } from './diff-views.ts';

/** Every change between two states of one kind's definition, in the order of its fields. */
export function diffDefinition(before: CustomResourceDefinition, after: CustomResourceDefinition): CrdChange[] {
  const changes: CrdChange[] = [];
  const reportOf =
    (version?: string): Report =>
    (path, rule, effect, message) => {
      const definition = after.metadata.name ?? '';
      const { kind } = after.spec.names;
      const breaks = effect === 'breaks';
      changes.push({ definition, kind, ...(version ? { version } : {}), path, rule, breaks, message });
    };
  diffNames(before, after, reportOf());
  diffVersionSets(before, after, reportOf);
  for (const old of before.spec.versions) {
    const now = after.spec.versions.find(({ name }) => name === old.name);
    if (!now) continue;
    const report = reportOf(old.name);
    diffServing(old, now, report);
    // What nobody could read or write before cannot break anybody.
    if (!old.served && !old.storage) continue;
    diffViews(old, now, report);
    diffSchemas(old.schema.openAPIV3Schema, now.schema.openAPIV3Schema, '', report);
  }
  return changes;
}

function diffNames(
  { spec: before }: CustomResourceDefinition,
  { spec: after }: CustomResourceDefinition,
  report: Report,
): void {
  const change = (what: string, old: string, now: string) =>
    report('', 'NamesChanged', 'breaks', `${what} was ${old}, is ${now}`);
  if (before.scope !== after.scope)
    report('', 'ScopeChanged', 'breaks', `scope was ${before.scope}, is ${after.scope}: all objects must be made anew`);
  if (before.names.plural !== after.names.plural) change('plural', before.names.plural, after.names.plural);
  if (before.names.singular !== after.names.singular) change('singular', before.names.singular, after.names.singular);
  if (before.names.listKind !== after.names.listKind) change('list kind', before.names.listKind, after.names.listKind);
  for (const field of ['shortNames', 'categories'] as const) {
    const what = field === 'shortNames' ? 'short name' : 'category';
    const [old, now] = [before.names[field] ?? [], after.names[field] ?? []];
    for (const name of old.filter((one) => !now.includes(one)))
      report('', 'NamesChanged', field === 'shortNames' ? 'breaks' : 'fits', `${what} ${name} is gone`);
    for (const name of now.filter((one) => !old.includes(one)))
      report('', 'NamesChanged', 'fits', `${what} ${name} is new`);
  }
}

function diffVersionSets(
  before: CustomResourceDefinition,
  after: CustomResourceDefinition,
  reportOf: (version?: string) => Report,
): void {
  const [olds, news] = [before.spec.versions, after.spec.versions];
  const stored = new Set(before.status?.storedVersions ?? []);
  for (const old of olds.filter(({ name }) => !news.some((now) => now.name === name))) {
    if (old.storage || stored.has(old.name)) {
      reportOf(old.name)(
        '',
        'StoredVersionRemoved',
        'breaks',
        'the version is gone, and objects may still be stored in it: they must be written anew, and the version taken out of status.storedVersions, before the definition is replaced',
      );
    } else if (old.served) {
      reportOf(old.name)(
        '',
        'VersionRemoved',
        'breaks',
        'the version is gone: manifests and clients of it are refused',
      );
    }
  }
  for (const now of news.filter(({ name }) => !olds.some((old) => old.name === name)))
    if (now.served) reportOf(now.name)('', 'VersionAdded', 'fits', 'the version is new');
  const [oldStorage, newStorage] = [olds, news].map((list) => list.find(({ storage }) => storage)?.name);
  if (oldStorage !== newStorage)
    reportOf()(
      '',
      'StorageVersionChanged',
      'fits',
      `objects were stored as ${oldStorage}, are stored as ${newStorage}`,
    );
  const served = news.filter((version) => version.served).length;
  const [oldStrategy, newStrategy] = [before, after].map(({ spec }) => spec.conversion?.strategy ?? 'None');
  if (oldStrategy === newStrategy || served < 2) return;
  const effect = newStrategy === 'None' ? 'breaks' : 'fits';
  reportOf()('', 'ConversionChanged', effect, `conversion between versions was ${oldStrategy}, is ${newStrategy}`);
}

function diffServing(old: CrdVersion, now: CrdVersion, report: Report): void {
  if (old.served && !now.served)
    report(
      '',
      'VersionNotServed',
      'breaks',
      'the version is no longer served: manifests and clients of it are refused',
    );
  if (!old.served && now.served) report('', 'VersionServed', 'fits', 'the version is served now');
}
