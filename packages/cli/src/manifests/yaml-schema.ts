import {
  boolYaml11Tag,
  CORE_SCHEMA,
  FAILSAFE_SCHEMA,
  floatYaml11Tag,
  intYaml11Tag,
  mergeTag,
  NOT_RESOLVED,
  nullYaml11Tag,
} from 'js-yaml';

/**
 * YAML as kubectl reads it (sigs.k8s.io/yaml, YAML 1.1): `yes` and `on` are booleans, `0644` is octal, `<<` merges, and a date
 * stays a text. Unlike YAML 1.1 itself, `22:22` is a text too.
 */
export const manifestSchema = FAILSAFE_SCHEMA.withTags(
  nullYaml11Tag,
  boolYaml11Tag,
  withoutSexagesimal(intYaml11Tag, 'int'),
  withoutSexagesimal(floatYaml11Tag, 'float'),
  mergeTag,
);

/** Spellings that only YAML 1.2 has (`0o644`) are read too. */
function withoutSexagesimal<T extends typeof intYaml11Tag>(tag: T, name: 'int' | 'float'): T {
  const core = CORE_SCHEMA.tags.find((other) => other.tagName === `tag:yaml.org,2002:${name}`) as T | undefined;
  return {
    ...tag,
    resolve: (source: string, isExplicit: boolean, tagName: string) => {
      if (source.includes(':')) return NOT_RESOLVED;
      const result = tag.resolve(source, isExplicit, tagName);
      return result === NOT_RESOLVED && core ? core.resolve(source, isExplicit, tagName) : result;
    },
  };
}
