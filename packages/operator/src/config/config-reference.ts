import { sections, sectionTitles } from './sections/index.ts';
import { type Fields, type Setting, schemaOf } from './setting.ts';

/** One key of the configuration, for people. */
interface SettingReference {
  /** Below its section: `s3.s3Endpoint`. */
  readonly key: string;
  /** What its value must be. */
  readonly type: string;
  /** Nothing where there is none. */
  readonly default?: unknown;
  /** What it does; of a key without effect, why. */
  readonly effect: string;
  readonly isIdle: boolean;
  /** Release of KServe that brought it; `Serval` for what KServe does not have. */
  readonly since: string;
}

export interface SectionReference {
  readonly name: string;
  readonly title: string;
  /** JSON schema of the section: types, defaults and effects, without the finer checks. */
  readonly schema: object;
  readonly settings: readonly SettingReference[];
}

/** Every section and key that the operator knows, in the order in which they are told. */
export const configReference: readonly SectionReference[] = Object.entries(sections as Record<string, Fields>).map(
  ([name, fields]) => ({
    name,
    title: sectionTitles[name as keyof typeof sections],
    schema: schemaOf(fields),
    settings: rowsOf(fields, ''),
  }),
);

function rowsOf(fields: Fields, prefix: string): SettingReference[] {
  return Object.entries(fields).flatMap(([name, setting]: [string, Setting]) => {
    const key = `${prefix}${name}`;
    if (setting.kind.fields) return rowsOf(setting.kind.fields, `${key}.`);
    const { kind, effect, isIdle, since } = setting;
    return [{ key, type: kind.name, default: setting.default, effect, isIdle, since }];
  });
}
