import { isDeepStrictEqual } from 'node:util';
import type { StructuralSchema } from '@serval/kube/schema';
import type { Report } from './change.ts';
import { diffRules } from './diff-rules.ts';
import { keepsUnknown, shapeOf, takesShape } from './shape.ts';

/**
 * How the values that a field takes and keeps have changed, for the field at `path` and all below it.
 *
 * Rules below `allOf`, `anyOf`, `oneOf` and `not` are compared as a whole: whether a changed one is tighter cannot be told in general, so it
 * counts as such.
 */
export function diffSchemas(before: StructuralSchema, after: StructuralSchema, path: string, report: Report): void {
  const [old, now] = [shapeOf(before), shapeOf(after)];
  if (old !== now) {
    const fits = takesShape(now, old);
    report(path, 'TypeChanged', fits ? 'fits' : 'breaks', `was ${old}, is ${now}`);
    if (!fits || now === 'anything') return;
  }
  diffNode(before, after, path, report);
  diffFields(before, after, path, report);
  if (before.items && after.items) diffSchemas(before.items, after.items, `${path}[]`, report);
  const [oldValues, newValues] = [before.additionalProperties, after.additionalProperties];
  if (typeof oldValues === 'object' && typeof newValues === 'object')
    diffSchemas(oldValues, newValues, `${dotted(path)}*`, report);
}

function diffNode(before: StructuralSchema, after: StructuralSchema, path: string, report: Report): void {
  if (keepsUnknown(before) && !keepsUnknown(after))
    report(path, 'UnknownFieldsChanged', 'breaks', 'unknown fields were kept, are dropped');
  if (!keepsUnknown(before) && keepsUnknown(after))
    report(path, 'UnknownFieldsChanged', 'fits', 'unknown fields were dropped, are kept');
  if (before.nullable === true && after.nullable !== true)
    report(path, 'TypeChanged', 'breaks', 'null is no longer taken');
  if (before.nullable !== true && after.nullable === true) report(path, 'TypeChanged', 'fits', 'null is taken now');
  if (before['x-kubernetes-embedded-resource'] !== after['x-kubernetes-embedded-resource']) {
    const isNew = after['x-kubernetes-embedded-resource'] === true;
    const message = isNew ? 'must be a whole object now' : 'is no longer treated as a whole object';
    report(path, 'TypeChanged', isNew ? 'breaks' : 'fits', message);
  }
  diffDefault(before, after, path, report);
  diffListType(before, after, path, report);
  diffRules(before, after, path, report);
}

function diffDefault(before: StructuralSchema, after: StructuralSchema, path: string, report: Report): void {
  if (isDeepStrictEqual(before.default, after.default)) return;
  const [old, now] = [before, after].map((schema) => JSON.stringify(schema.default));
  const message =
    old === undefined
      ? `default is ${now} where none was: objects that leave it out change their meaning`
      : now === undefined
        ? `default ${old} is gone`
        : `default was ${old}, is ${now}`;
  report(path, 'DefaultChanged', 'breaks', message);
}

/** How appliers share a list or an object. Without a word, lists are atomic and objects granular. */
function diffListType(before: StructuralSchema, after: StructuralSchema, path: string, report: Report): void {
  const [old, now] = [before, after].map((schema) => {
    const keys = schema['x-kubernetes-list-map-keys'];
    const list = schema['x-kubernetes-list-type'] ?? (schema.type === 'array' ? 'atomic' : undefined);
    const map = schema['x-kubernetes-map-type'] ?? (schema.type === 'object' ? 'granular' : undefined);
    return list ? `a list of type ${list}${keys ? ` with keys ${keys.join(', ')}` : ''}` : `an object of type ${map}`;
  });
  if (old !== now && before.type === after.type)
    report(path, 'ListTypeChanged', 'breaks', `was ${old}, is ${now}: server-side apply merges it differently`);
}

function diffFields(before: StructuralSchema, after: StructuralSchema, path: string, report: Report): void {
  const [olds, news] = [before.properties ?? {}, after.properties ?? {}];
  const [oldRequired, newRequired] = [before.required ?? [], after.required ?? []];
  for (const [name, old] of Object.entries(olds)) {
    const at = `${dotted(path)}${name}`;
    const now = ownField(news, name);
    if (now) diffSchemas(old, now, at, report);
    else if (keepsUnknown(after))
      report(at, 'UnknownFieldsChanged', 'fits', 'is no longer described or checked, but kept');
    else
      report(
        at,
        'FieldRemoved',
        'breaks',
        'the field is gone: API servers drop it silently, or refuse it when asked to be strict',
      );
  }
  for (const [name, now] of Object.entries(news)) {
    if (ownField(olds, name)) continue;
    const at = `${dotted(path)}${name}`;
    if (newRequired.includes(name) && now.default === undefined)
      report(at, 'FieldAdded', 'breaks', 'the field is new, and required');
    else if (keepsUnknown(before) && shapeOf(now) !== 'anything')
      report(at, 'TypeChanged', 'breaks', `was kept whatever it held, must be ${shapeOf(now)}`);
    else report(at, 'FieldAdded', 'fits', 'the optional field is new');
  }
  for (const name of newRequired) {
    const at = `${dotted(path)}${name}`;
    const field = ownField(news, name);
    const isKnown = ownField(olds, name) !== undefined || !field;
    if (oldRequired.includes(name) || !isKnown) continue;
    if (field?.default !== undefined) report(at, 'RequiredChanged', 'fits', 'is required now, and has a default');
    else report(at, 'RequiredChanged', 'breaks', 'was optional, is required');
  }
  for (const name of oldRequired)
    if (!newRequired.includes(name) && ownField(news, name))
      report(`${dotted(path)}${name}`, 'RequiredChanged', 'fits', 'was required, is optional');
}

function ownField(fields: Record<string, StructuralSchema>, name: string): StructuralSchema | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

function dotted(path: string): string {
  return path === '' ? '' : `${path}.`;
}
