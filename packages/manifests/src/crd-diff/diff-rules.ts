import { isDeepStrictEqual } from 'node:util';
import type { StructuralSchema } from '@serval/kube/schema';
import type { Report } from './change.ts';

const lowerLimits = ['minimum', 'minLength', 'minItems', 'minProperties'] as const;
const upperLimits = ['maximum', 'maxLength', 'maxItems', 'maxProperties'] as const;

/** How the rules for values of a field have changed. What holds a value back that was taken before breaks users. */
export function diffRules(before: StructuralSchema, after: StructuralSchema, path: string, report: Report): void {
  diffEnum(before, after, path, report);
  for (const limit of lowerLimits) diffLimit(before, after, path, limit, (old, now) => now > old, report);
  for (const limit of upperLimits) diffLimit(before, after, path, limit, (old, now) => now < old, report);
  diffExclusive(before, after, path, report);
  const multiples = [before.multipleOf, after.multipleOf] as const;
  diffText(path, 'LimitChanged', 'multipleOf', multiples[0], multiples[1], report);
  diffText(path, 'PatternChanged', 'pattern', before.pattern, after.pattern, report);
  diffFormat(before, after, path, report);
  diffCel(before, after, path, report);
  for (const junctor of ['allOf', 'anyOf', 'oneOf', 'not'] as const) {
    if (isDeepStrictEqual(before[junctor], after[junctor])) continue;
    if (after[junctor] === undefined) report(path, 'RuleChanged', 'fits', `the rules under ${junctor} are gone`);
    else report(path, 'RuleChanged', 'breaks', `the rules under ${junctor} are not the same`);
  }
}

function diffEnum(
  { enum: old }: StructuralSchema,
  { enum: now }: StructuralSchema,
  path: string,
  report: Report,
): void {
  const list = (values: readonly unknown[]) => values.map((value) => JSON.stringify(value)).join(', ');
  if (!old && now) report(path, 'EnumChanged', 'breaks', `took any value, takes only ${list(now)}`);
  if (old && !now) report(path, 'EnumChanged', 'fits', `took only ${list(old)}, takes any value`);
  if (!old || !now) return;
  const missing = (values: readonly unknown[], other: readonly unknown[]) =>
    values.filter((value) => !other.some((one) => isDeepStrictEqual(one, value)));
  const [gone, added] = [missing(old, now), missing(now, old)];
  if (gone.length > 0) report(path, 'EnumChanged', 'breaks', `no longer takes ${list(gone)}`);
  if (added.length > 0) report(path, 'EnumChanged', 'fits', `takes ${list(added)} too`);
}

function diffLimit(
  before: StructuralSchema,
  after: StructuralSchema,
  path: string,
  limit: (typeof lowerLimits | typeof upperLimits)[number],
  isTighter: (old: number, now: number) => boolean,
  report: Report,
): void {
  const [old, now] = [before[limit], after[limit]];
  if (old === now) return;
  if (now === undefined) report(path, 'LimitChanged', 'fits', `${limit} ${old} is gone`);
  else if (old === undefined) report(path, 'LimitChanged', 'breaks', `${limit} is ${now} where none was`);
  else report(path, 'LimitChanged', isTighter(old, now) ? 'breaks' : 'fits', `${limit} was ${old}, is ${now}`);
}

function diffExclusive(before: StructuralSchema, after: StructuralSchema, path: string, report: Report): void {
  for (const flag of ['exclusiveMinimum', 'exclusiveMaximum'] as const) {
    if ((before[flag] ?? false) === (after[flag] ?? false)) continue;
    const effect = after[flag] === true ? 'breaks' : 'fits';
    report(path, 'LimitChanged', effect, `${flag} was ${before[flag] ?? false}, is ${after[flag] ?? false}`);
  }
}

/** A rule of which nobody can tell whether another one is tighter. */
function diffText(
  path: string,
  rule: 'LimitChanged' | 'PatternChanged',
  name: string,
  old: string | number | undefined,
  now: string | number | undefined,
  report: Report,
): void {
  if (old === now) return;
  if (now === undefined) report(path, rule, 'fits', `${name} ${old} is gone`);
  else if (old === undefined) report(path, rule, 'breaks', `${name} is ${now} where none was`);
  else report(path, rule, 'breaks', `${name} was ${old}, is ${now}`);
}

/** Formats that take all that another takes. */
const wider: Readonly<Record<string, string>> = { int32: 'int64', float: 'double' };

function diffFormat(
  { format: old }: StructuralSchema,
  { format: now }: StructuralSchema,
  path: string,
  report: Report,
) {
  if (old === now) return;
  const fits = now === undefined || (old !== undefined && wider[old] === now);
  report(path, 'FormatChanged', fits ? 'fits' : 'breaks', `format was ${old ?? 'none'}, is ${now ?? 'none'}`);
}

function diffCel(before: StructuralSchema, after: StructuralSchema, path: string, report: Report): void {
  const rules = (schema: StructuralSchema) =>
    new Map((schema['x-kubernetes-validations'] ?? []).map((rule) => [rule.rule, rule]));
  const [olds, news] = [rules(before), rules(after)];
  for (const [text, { message }] of news)
    if (!olds.has(text)) report(path, 'RuleChanged', 'breaks', `new rule: ${message ?? text}`);
  for (const [text, { message }] of olds)
    if (!news.has(text)) report(path, 'RuleChanged', 'fits', `rule is gone: ${message ?? text}`);
}
