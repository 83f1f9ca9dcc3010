import type { AnyObject } from '@serval/kube/objects';
import { formatAge } from '../table/age.ts';
import { column, wide } from '../table/cells.ts';
import type { KindRow } from './define.ts';

/** `core/v1` Events; `events.k8s.io/v1` shows the same objects under other field names. */
export const coreEvents: KindRow = {
  kind: 'Event',
  plural: 'events',
  shortNames: ['ev'],
  strategy: {
    // Events may be named after anything, an IPv6 address included.
    checkName: (name) => (/^[^/%]+$/.test(name) ? undefined : "must not contain '/' or '%'"),
    selectableFields: selectableEventFields,
    convert: convertEvent,
  },
};

const columns = [
  column('Last Seen', (object, nowMs) => lastSeen(object, nowMs)),
  column('Type', (object) => object['type']),
  column('Reason', (object) => object['reason']),
  column('Object', (object) => objectText(involved(object))),
  wide('Subobject', (object) => involved(object).fieldPath ?? ''),
  wide('Source', (object) => sourceText(object)),
  column('Message', (object) => String(object['message'] ?? object['note'] ?? '').trim()),
  wide('First Seen', (object, nowMs) => firstSeen(object, nowMs)),
  column('Count', (object) => object['count'] ?? object['deprecatedCount'] ?? object['series']?.count ?? 1, {
    type: 'integer',
    wide: true,
  }),
  { ...wide('Name', (object) => object.metadata.name ?? ''), format: 'name' },
];
export const eventColumns = columns;

type Reference = {
  kind?: string;
  name?: string;
  namespace?: string;
  uid?: string;
  apiVersion?: string;
  resourceVersion?: string;
  fieldPath?: string;
};

function involved(object: AnyObject): Reference {
  return object['involvedObject'] ?? object['regarding'] ?? {};
}

function selectableEventFields(object: AnyObject): Record<string, string> {
  const reference = involved(object);
  const fields: Record<string, string> = {
    reason: object['reason'] ?? '',
    type: object['type'] ?? '',
    reportingComponent: object['reportingComponent'] ?? '',
    reportingController: object['reportingComponent'] ?? '',
    source: object['source']?.component || object['reportingComponent'] || '',
  };
  for (const name of ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'] as const) {
    fields[`involvedObject.${name}`] = reference[name] ?? '';
    fields[`regarding.${name}`] = reference[name] ?? '';
  }
  return fields;
}

// core/v1 name, events.k8s.io/v1 name.
const renamed: readonly [string, string][] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
];

function convertEvent(object: AnyObject, apiVersion: string): AnyObject {
  const toCore = apiVersion === 'v1';
  const result: AnyObject = { ...object, apiVersion };
  for (const [core, events] of renamed) {
    const [from, to] = toCore ? [events, core] : [core, events];
    if (result[from] === undefined) continue;
    result[to] = result[from];
    delete result[from];
  }
  return result;
}

function lastSeen(object: AnyObject, nowMs: number): string {
  const time =
    object['series']?.lastObservedTime ??
    object['lastTimestamp'] ??
    object['deprecatedLastTimestamp'] ??
    object['eventTime'] ??
    object.metadata.creationTimestamp;
  return formatAge(time, nowMs);
}

function firstSeen(object: AnyObject, nowMs: number): string {
  return formatAge(
    object['firstTimestamp'] ??
      object['deprecatedFirstTimestamp'] ??
      object['eventTime'] ??
      object.metadata.creationTimestamp,
    nowMs,
  );
}

function objectText({ kind = '', name = '' }: Reference): string {
  return name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase();
}

function sourceText(object: AnyObject): string {
  const source = object['source'] ?? object['deprecatedSource'] ?? {};
  const component = source.component || object['reportingComponent'] || object['reportingController'] || '';
  return source.host ? `${component}, ${source.host}` : component;
}
