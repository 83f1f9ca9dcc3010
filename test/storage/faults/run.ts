import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT_CODES, STORAGE_ERROR_CODES } from '../../../packages/storage/src/errors.ts';
import { type Fault, startFaultProxy } from '../../../packages/storage/src/test-support/fault-proxy.ts';
import { startHttp } from '../../../packages/storage/src/test-support/http-server.ts';
import { KEYS, startS3 } from '../../../packages/storage/src/test-support/s3-server.ts';
import type { Scope } from '../../../packages/storage/src/test-support/temporary-directory.ts';
import { judge } from './judge.ts';
import type { FaultKind, Plan, PlannedFault } from './plan.ts';

export interface Outcome {
  seed: number;
  /** `right bytes`, the code of a clear error, or `WRONG`. */
  result: string;
  /** What is wrong, where it is. */
  wrong: string[];
  /** Faults that happened, kills among them. */
  happened: FaultKind[];
}

/** How long one attempt may take: the longest waits of its retries, and a slow machine. */
const ATTEMPT_MS = 120_000;

const STALL_TIMEOUT_MS = 400;

/** Downloads as planned with the real executable in processes of their own, and judges the directory after each of them. */
export async function runPlan(
  plan: Plan,
  executable: string,
  /** For tests of the judging: called before the last judgement. */
  tamper?: (target: string) => Promise<void>,
): Promise<Outcome> {
  const cleanUps: (() => unknown)[] = [];
  const scope: Scope = { after: (cleanUp) => void cleanUps.push(cleanUp) };
  const sandbox = await mkdtemp(join(tmpdir(), 'serval-faults-'));
  cleanUps.push(() => rm(sandbox, { recursive: true, force: true }));
  try {
    return await runIn(sandbox, plan, executable, scope, tamper);
  } finally {
    for (const cleanUp of cleanUps.reverse()) await cleanUp();
  }
}

async function runIn(
  sandbox: string,
  plan: Plan,
  executable: string,
  scope: Scope,
  tamper: ((target: string) => Promise<void>) | undefined,
): Promise<Outcome> {
  const target = join(sandbox, 'target');
  await mkdir(join(sandbox, 'home'));
  const versions = new Map([...plan.objects].map(([name, content]) => [name, [content]]));
  const happened: FaultKind[] = [];
  const source = await startSource(plan, scope);
  const proxy = await startFaultProxy(scope, source.url);
  proxy.faults = queue(plan.dataFaults, plan.forever, happened);
  proxy.listFaults = queue(plan.listFaults, undefined, happened);
  proxy.beforeData = (count) => {
    if (!plan.change || count !== plan.change.beforeRequest) return;
    const { name, content } = plan.change;
    versions.get(name)!.push(content);
    source.put(name, content);
    happened.push('object changed');
  };
  const uri = plan.source === 's3' ? 's3://bucket/model' : `${proxy.url}/${[...plan.objects.keys()][0]}`;
  const environment: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'],
    HOME: join(sandbox, 'home'),
    TMPDIR: join(sandbox, 'home'),
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
    ...source.environment,
    AWS_ENDPOINT_URL: proxy.url,
    SERVAL_STORAGE_SEGMENT_BYTES: String(plan.segmentBytes),
    SERVAL_STORAGE_PARALLEL: String(plan.parallel),
    SERVAL_STORAGE_STALL_TIMEOUT_MS: String(STALL_TIMEOUT_MS),
  };

  const wrong: string[] = [];
  let result = '';
  for (const killAfterMs of [...plan.killsAfterMs, undefined]) {
    const { code, signal, lastLine } = await attempt([executable, uri, target], environment, killAfterMs);
    if (killAfterMs !== undefined && signal === 'SIGKILL') happened.push('kill -9');
    if (killAfterMs === undefined) await tamper?.(target);
    const found = await judge(sandbox, versions, code === 0);
    wrong.push(...found.map((it) => `${it} (after ${signal ?? `exit code ${code}`})`));
    if (signal === 'SIGKILL' && killAfterMs !== undefined) continue;
    result = code === 0 ? 'right bytes' : (errorFrom(code, lastLine) ?? '');
    if (result === '') wrong.push(`no clear error: ${signal ?? `exit code ${code}`}, last line "${lastLine}"`);
  }
  return { seed: plan.seed, result: wrong.length > 0 ? 'WRONG' : result, wrong, happened };
}

/** The code, where it belongs to the exit code and the last line is one sentence about it. */
function errorFrom(code: number | null, lastLine: string): string | undefined {
  const name = /^serval-storage: (\w+): \S/.exec(lastLine)?.[1];
  const known = STORAGE_ERROR_CODES.find((it) => it === name && it !== 'Internal');
  return known && EXIT_CODES[known] === code ? known : undefined;
}

async function attempt(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
  killAfterMs: number | undefined,
): Promise<{ code: number | null; signal: string | null; lastLine: string }> {
  const child = spawn(process.execPath, args, { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    text = (text + piece).slice(-20_000);
  });
  const kill = setTimeout(() => child.kill('SIGKILL'), killAfterMs ?? ATTEMPT_MS);
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  clearTimeout(kill);
  return { code, signal, lastLine: text.trim().split('\n').at(-1)! };
}

/** One planned fault per answer. The proxy takes from the front; taking is what makes it happen. */
function queue(
  planned: readonly (PlannedFault | undefined)[],
  forever: PlannedFault | undefined,
  happened: FaultKind[],
): Fault[] {
  let index = 0;
  const faults: Fault[] = [];
  faults.shift = () => {
    const next = index < planned.length ? (planned[index++] ?? forever) : forever;
    if (next) happened.push(next.kind);
    return next?.fault;
  };
  return faults;
}

interface Source {
  url: string;
  environment: Record<string, string>;
  put(name: string, content: Buffer): void;
}

async function startSource(plan: Plan, scope: Scope): Promise<Source> {
  if (plan.source === 's3') {
    const objects = Object.fromEntries([...plan.objects].map(([name, content]) => [`bucket/model/${name}`, content]));
    const s3 = await startS3(scope, objects, { keys: KEYS, pageSize: 3 });
    return { ...s3, put: (name, content) => void s3.objects.set(`bucket/model/${name}`, content) };
  }
  const files = new Map(plan.objects);
  const revisions = new Map<string, number>();
  const url = await startHttp(scope, (request, response) => serveFile(files, revisions, request, response));
  return {
    url,
    environment: {},
    put(name, content) {
      files.set(name, content);
      revisions.set(name, (revisions.get(name) ?? 0) + 1);
    },
  };
}

function serveFile(
  files: ReadonlyMap<string, Buffer>,
  revisions: ReadonlyMap<string, number>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const name = request.url!.slice(1);
  const content = files.get(name)!;
  const etag = `"${revisions.get(name) ?? 0}"`;
  response.setHeader('etag', etag);
  const [, start, end] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') ?? [];
  const stale = request.headers['if-range'] !== undefined && request.headers['if-range'] !== etag;
  if (start === undefined || stale) {
    response.writeHead(200, { 'content-length': content.length }).end(content);
    return;
  }
  const part = content.subarray(Number(start), end ? Number(end) + 1 : undefined);
  const contentRange = `bytes ${start}-${Number(start) + part.length - 1}/${content.length}`;
  response.writeHead(206, { 'content-length': part.length, 'content-range': contentRange }).end(part);
}

/** For tests: leaves a file under a final name as a download must never do. */
export async function plantWrongFile(target: string): Promise<void> {
  await writeFile(join(target, 'file-0.bin'), 'not what the source has');
}
