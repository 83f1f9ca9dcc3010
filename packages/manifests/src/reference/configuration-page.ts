import { configMapName, configReference, type SectionReference } from '@serval/operator/declarations';

/** The page of the platform's configuration: every key with what it must be, its default and its effect. */
export function configurationPage(): string {
  return [
    '# Configuration',
    `ConfigMap \`${configMapName}\` in the platform's namespace, one JSON text per section. All sections and keys are optional. \`docs/configuration.md\` tells what becomes of wrong values.`,
    'KServe: the release that brought a key, 0.15 for all that are older. Keys of Serval are its own.',
    ...configReference.flatMap(sectionOf),
  ].join('\n\n');
}

function sectionOf({ name, title, settings }: SectionReference): string[] {
  const active = settings.filter(({ isIdle }) => !isIdle);
  const idle = settings.filter(({ isIdle }) => isIdle);
  const rows = active.map(
    ({ key, type, default: fallback, effect, since }) =>
      `| \`${key}\` | ${type} | ${defaultOf(fallback)} | ${since} | ${effect} |`,
  );
  const reasons = [...Map.groupBy(idle, ({ effect }) => effect)].map(
    ([why, keys]) => `- ${keys.map(({ key }) => `\`${key}\``).join(', ')}: ${why}`,
  );
  return [
    `## ${name}`,
    title,
    ...(rows.length > 0
      ? [['| key | must be | default | KServe | effect |', '|---|---|---|---|---|', ...rows].join('\n')]
      : []),
    ...(reasons.length > 0 ? ['Known, and without effect:', reasons.join('\n')] : []),
  ];
}

function defaultOf(value: unknown): string {
  if (value === undefined) return '–';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map((one) => `\`${one}\``).join(', ');
  return `\`${value}\``;
}
