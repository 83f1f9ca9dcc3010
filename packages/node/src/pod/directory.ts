import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from '../errors.ts';
import type { PortMap } from '../network/ports.ts';
import type { ProcessIdentity } from '../process/identity.ts';
import type { Terminated } from './view.ts';

/** What must be known of a container after the platform was killed. */
export interface ContainerRecord {
  restartCount: number;
  containerID?: string;
  /** The process that was started last. It may have ended since. */
  process?: ProcessIdentity;
  startedAt?: string;
  /** How the run of `containerID` ended; absent while it runs. */
  terminated?: Terminated;
  lastTerminated?: Terminated;
}

/** What must be known of a Pod. */
export interface PodRecord {
  uid: string;
  namespace: string;
  name: string;
  address?: string;
  ports?: PortMap;
}

/** Paths of one Pod under `node/pods/UID/`. */
export interface PodDirectory {
  root: string;
  volumes: string;
  record: string;
  /** Home, default working directory and TMPDIR of a container. */
  containerRoot(container: string): string;
  containerRecord(container: string): string;
  terminationLog(container: string, run: number): string;
  logDirectory(container: string): string;
  log(container: string, run: number): string;
}

export function podDirectory(podsDirectory: string, uid: string): PodDirectory {
  if (!/^[A-Za-z0-9][A-Za-z0-9-]*$/.test(uid)) throw new RangeError(`the Pod's uid "${uid}" cannot name a directory`);
  const root = join(podsDirectory, uid);
  const container = (name: string): string => join(root, 'containers', name);
  return {
    root,
    volumes: join(root, 'volumes'),
    record: join(root, 'pod.json'),
    containerRoot: (name) => join(container(name), 'root'),
    containerRecord: (name) => join(container(name), 'state.json'),
    terminationLog: (name, run) => join(container(name), `termination-${run}`),
    logDirectory: (name) => join(root, 'logs', name),
    log: (name, run) => join(root, 'logs', name, `${run}.log`),
  };
}

/** Whole or not at all, and still there after a loss of power. */
export async function writeDurably(path: string, value: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.next`;
  const file = await open(temporary, 'w', 0o600);
  try {
    await file.writeFile(JSON.stringify(value));
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** `undefined` where there is no file, or none that can be read: the writer never leaves half of one. */
export async function readRecord<T>(path: string): Promise<T | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export async function listDirectory(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Removes the logs of runs before the previous one. */
export async function pruneLogs(directory: PodDirectory, container: string, run: number): Promise<void> {
  for (const file of await listDirectory(directory.logDirectory(container))) {
    const number = Number.parseInt(file, 10);
    if (number < run - 1) await rm(join(directory.logDirectory(container), file), { force: true });
  }
}
