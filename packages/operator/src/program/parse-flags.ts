import { parseArgs } from 'node:util';
import { type OperatorFlag, operatorFlags } from '../declarations/operator-flags.ts';
import { parseNamespaceList } from '../scope/namespace-list.ts';

/** A command line that says something it cannot. */
export class FlagError extends Error {
  override readonly name = 'FlagError';
}

/** Values by flag name: what was given, else the default; flags with neither are absent. */
export type FlagValues = Readonly<Record<string, string>>;

const maxPort = 65_535;

/**
 * @param defaults  of this process, in the place of the declared ones.
 * @throws FlagError naming the flag, the value and what is expected.
 */
export function parseOperatorFlags(args: readonly string[], defaults: FlagValues = {}): FlagValues {
  const options = Object.fromEntries(operatorFlags.map(({ name }) => [name, { type: 'string' as const }]));
  let given: Record<string, string | undefined>;
  try {
    given = parseArgs({ args: [...args], options, allowPositionals: false }).values as Record<
      string,
      string | undefined
    >;
  } catch (cause) {
    throw new FlagError((cause as Error).message, { cause });
  }
  const values: Record<string, string> = {};
  for (const flag of operatorFlags) {
    const value = given[flag.name] ?? defaults[flag.name] ?? flag.default;
    if (value === undefined) continue;
    values[flag.name] = checked(flag, value);
  }
  requireTogether(values);
  return values;
}

/** The namespaces that services are served in; nothing where that is all of them. */
export function watchedNamespaces(values: FlagValues): readonly string[] | undefined {
  const text = values['watch-namespaces'];
  return text === undefined ? undefined : parseNamespaceList(text);
}

/** What can only be said of several flags. */
function requireTogether(values: FlagValues): void {
  try {
    if (watchedNamespaces(values)?.length === 0) throw new RangeError('no namespace is named');
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new FlagError(`--watch-namespaces is "${values['watch-namespaces']}": ${cause.message}`, { cause });
  }
  if (values['cluster-scoped'] === 'on') return;
  if (values['webhooks'] === 'on' && values['certificates'] === 'self-managed') {
    throw new FlagError(
      '--cluster-scoped is off: a self-managed certificate cannot be announced, as webhook configurations have no namespace; expected --certificates cert-manager or files, or --webhooks off',
    );
  }
}

function checked({ name, type, choices }: OperatorFlag, value: string): string {
  if (type === 'choice' && !choices?.includes(value)) {
    throw new FlagError(`--${name} is "${value}"; expected one of ${choices?.join(', ')}`);
  }
  if (type === 'integer' && !(/^\d+$/.test(value) && Number(value) <= maxPort)) {
    throw new FlagError(`--${name} is "${value}"; expected a whole number from 0 to ${maxPort}`);
  }
  if (value === '') throw new FlagError(`--${name} is empty`);
  return value;
}

/** The text of `--help`. */
export function operatorHelp(): string {
  const rows = operatorFlags.map((flag) => ({ left: `  --${flag.name} ${flag.value}`, flag }));
  const width = Math.max(...rows.map(({ left }) => left.length)) + 2;
  const lines = rows.map(({ left, flag }) => {
    const fallback = flag.default === undefined ? '' : ` (default ${flag.default})`;
    return `${left.padEnd(width)}${flag.help}${fallback}`;
  });
  return `serval-operator: reconciles serving.kserve.io objects and answers their webhooks\n\n${lines.join('\n')}\n  --help\n`;
}
