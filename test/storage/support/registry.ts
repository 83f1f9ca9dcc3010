import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { freePort, startServer } from './servers.ts';

/** What the registry lets in: this user and password. */
export const USER = 'correct';
export const PASSWORD = 'horse';
const HASH = '$2a$04$1xITXfpVNOzMxNiVY6BHu.twID47.Jds9hwF4gqU2KT/8.91okk0e';

/** A htpasswd file that lets these users in, all with the same password; registries read it again when it changes. */
export function htpasswdOf(users: readonly string[]): string {
  return users.map((user) => `${user}:${HASH}\n`).join('');
}

export interface RealRegistry {
  /** `HOST:PORT` */
  host: string;
  /** Where it keeps what is pushed. */
  storage: string;
  /** Folder of a docker config that has the right user and password. */
  dockerConfig: string;
  /** Runs crane with that docker config, and answers with what it prints. */
  crane(...args: string[]): Promise<string>;
}

/**
 * The CNCF's registry in a process of its own.
 * @param auth  as its configuration has it; default are the users of a htpasswd file
 * @param storage  of another one, whose content it serves
 */
export async function startRegistry(
  t: TestContext,
  programs: string,
  auth?: Record<string, unknown>,
  storage?: string,
): Promise<RealRegistry> {
  const folder = await mkdtemp(join(tmpdir(), 'serval-registry-'));
  const host = `127.0.0.1:${await freePort()}`;
  await writeFile(join(folder, 'htpasswd'), htpasswdOf([USER]));
  const rootdirectory = storage ?? join(folder, 'storage');
  const configuration = {
    version: 0.1,
    log: { level: 'error', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory } },
    http: { addr: host, secret: 'of this test' },
    auth: auth ?? { htpasswd: { realm: 'test', path: join(folder, 'htpasswd') } },
  };
  await writeFile(join(folder, 'config.yaml'), JSON.stringify(configuration)); // JSON is YAML, too
  await startServer(t, join(programs, 'registry'), ['serve', join(folder, 'config.yaml')], {
    writes: folder,
    env: { PATH: process.env['PATH'], OTEL_TRACES_EXPORTER: 'none' },
    ready: () => fetch(`http://${host}/v2/`),
  });
  const dockerConfig = await dockerConfigIn(join(folder, 'docker'), host, `${USER}:${PASSWORD}`);
  return {
    host,
    storage: rootdirectory,
    dockerConfig,
    crane: (...args) => run(join(programs, 'crane'), args, { ...process.env, DOCKER_CONFIG: dockerConfig }),
  };
}

/** Writes `config.json` and answers with its folder. */
export async function dockerConfigIn(folder: string, key: string, pair: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const auths = { [key]: { auth: Buffer.from(pair).toString('base64') } };
  await writeFile(join(folder, 'config.json'), JSON.stringify({ auths }));
  return folder;
}

export async function run(command: string, args: readonly string[], env = process.env): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  let output = '';
  let problems = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    problems += text;
  });
  const [code] = await once(child, 'close');
  assert.equal(code, 0, `${command} ${args.join(' ')}: ${problems}`);
  return output.trim();
}

interface Blob {
  mediaType: string;
  digest: string;
  size: number;
}

/** An OCI image layout in a folder, for `crane push`. */
export async function createLayout(folder: string) {
  await mkdir(join(folder, 'blobs/sha256'), { recursive: true });
  await writeFile(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  async function blob(data: Buffer | string, mediaType: string): Promise<Blob> {
    const hex = createHash('sha256').update(data).digest('hex');
    await writeFile(join(folder, 'blobs/sha256', hex), data);
    return { mediaType, digest: `sha256:${hex}`, size: Buffer.byteLength(data) };
  }
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  return {
    blob,
    manifest: (value: object) => blob(JSON.stringify({ schemaVersion: 2, mediaType, ...value }), mediaType),
    /** Written last. */
    async index(manifests: readonly object[]): Promise<void> {
      const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests };
      await writeFile(join(folder, 'index.json'), JSON.stringify(index));
    },
  };
}
