import { FORMATS, type Format } from './model/detect.ts';

export interface Settings {
  modelName: string;
  /** A file, or a folder with one model file. */
  modelDir: string;
  modelFormat?: Format;
  host: string;
  port: number;
  /** Larger bodies get 413. */
  maxBodyBytes: number;
  threads: number;
  /** A drain ends when no request has come for this long … */
  drainQuietMs: number;
  /** … or at the latest after this long, well within Kubernetes' default grace of 30 s. */
  drainMaxMs: number;
  /** Flags that were given but mean nothing here. */
  ignoredFlags: string[];
}

export class UsageError extends Error {}

const DEFAULTS = {
  model_name: 'model',
  model_dir: '/mnt/models',
  model_format: '',
  http_port: '8080',
  // A batch of a million float32 features as JSON is about 12 MB; beyond 64 MiB, parsing alone would hold up other requests for a second.
  max_body_bytes: String(64 * 1024 * 1024),
  nthread: '0',
  drain_quiet_ms: '1000',
  drain_max_ms: '10000',
};

type Flag = keyof typeof DEFAULTS;

/**
 * The flags of KServe's model servers, `--name=value` or `--name value`, with `-` as good as `_`. Flags that are not known here are
 * collected, not refused, as KServe's servers do, so that their manifests work. Throws {@link UsageError}.
 */
export function readSettings(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Settings {
  const { values, ignoredFlags } = parseFlags(args);
  const port = whole(values, 'http_port', 65535);
  return {
    modelName: values.model_name,
    modelDir: values.model_dir,
    modelFormat: format(values.model_format),
    host: env['SERVAL_POD_ADDRESS'] || defaultHost(env),
    port: Number(env[`SERVAL_PORT_${port}`] || port),
    maxBodyBytes: whole(values, 'max_body_bytes', 2 ** 29 - 1024),
    threads: whole(values, 'nthread', 1024),
    drainQuietMs: whole(values, 'drain_quiet_ms', 600_000),
    drainMaxMs: whole(values, 'drain_max_ms', 600_000),
    ignoredFlags,
  };
}

/** Loopback unless in a Pod of a cluster, whose network namespace keeps others out. */
function defaultHost(env: Readonly<Record<string, string | undefined>>): string {
  return env['KUBERNETES_SERVICE_HOST'] ? '0.0.0.0' : '127.0.0.1';
}

function parseFlags(args: readonly string[]) {
  const values: Record<Flag, string> = { ...DEFAULTS };
  const ignoredFlags: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const match = /^--([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(args[at]!);
    if (!match)
      throw new UsageError(`unexpected argument ${JSON.stringify(args[at])}; flags look like --model_name=NAME`);
    const name = match[1]!.replaceAll('-', '_');
    const next = args[at + 1];
    const hasNext = match[2] === undefined && next !== undefined && !next.startsWith('--');
    if (hasNext) at++;
    const value = match[2] ?? (hasNext ? next : undefined);
    if (!Object.hasOwn(DEFAULTS, name)) ignoredFlags.push(`--${match[1]}`);
    else if (value === undefined || value === '') throw new UsageError(`--${match[1]} needs a value`);
    else values[name as Flag] = value;
  }
  return { values, ignoredFlags };
}

function whole(values: Record<Flag, string>, flag: Flag, most: number): number {
  const value = Number(values[flag]);
  if (/^\d+$/.test(values[flag]) && value <= most) return value;
  throw new UsageError(`--${flag} must be a whole number up to ${most}, got ${JSON.stringify(values[flag])}`);
}

function format(value: string): Format | undefined {
  if (value === '') return undefined;
  const known = FORMATS.find((name) => name === value.toLowerCase());
  if (known) return known;
  throw new UsageError(`--model_format must be one of ${FORMATS.join(', ')}, got ${JSON.stringify(value)}`);
}
