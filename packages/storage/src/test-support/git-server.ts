import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { startHttp } from './http-server.ts';
import { type Scope, temporaryDirectory } from './temporary-directory.ts';

const run = promisify(execFile);

/** Why tests with a real Git cannot run here; `false` where they can. */
export const noGit: string | false = (() => {
  try {
    const path = execFileSync('git', ['--exec-path'], { encoding: 'utf8' }).trim();
    execFileSync('test', ['-x', `${path}/git-http-backend`]);
    return false;
  } catch {
    return 'git with its http-backend is not installed';
  }
})();

/** Neither the user's nor the machine's configuration counts. */
const ENVIRONMENT = {
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'a',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'a',
  GIT_COMMITTER_EMAIL: 'a@example.com',
  GIT_TERMINAL_PROMPT: '0',
};

/** Runs git in a folder and answers what it prints. */
export async function git(directory: string, ...args: string[]): Promise<string> {
  const { stdout } = await run('git', ['-C', directory, ...args], { env: ENVIRONMENT, maxBuffer: 64 * 1024 * 1024 });
  return stdout.trimEnd();
}

export interface GitServer {
  url: string;
  /** Holds the repositories. */
  root: string;
  /** Method, path and query of each request. */
  requests: string[];
  /** An empty repository; `url/NAME.git` is its address. */
  createRepository(name: string, ...initArgs: string[]): Promise<string>;
}

export interface GitServerOptions {
  /** What the server says to a client that asks for version 2. */
  version?: 0 | 1;
  /** Sees a request first; true where it has answered it. */
  intercept?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** Git's own server program (git-http-backend(1)) behind HTTP. */
export async function startGitServer(scope: Scope, options: GitServerOptions = {}): Promise<GitServer> {
  const root = await temporaryDirectory(scope);
  const requests: string[] = [];
  const listener: RequestListener = (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (!options.intercept?.(request, response)) answer(request, response, root, options);
  };
  const url = await startHttp(scope, listener);
  return {
    url,
    root,
    requests,
    async createRepository(name, ...initArgs) {
      const path = join(root, `${name}.git`);
      await mkdir(dirname(path), { recursive: true });
      await mkdir(path);
      await git(path, 'init', '-q', '-b', 'main', ...initArgs);
      return path;
    },
  };
}

function answer(request: IncomingMessage, response: ServerResponse, root: string, { version }: GitServerOptions): void {
  const { pathname, search } = new URL(request.url!, 'http://localhost');
  const asked = request.headers['git-protocol'] as string | undefined;
  const protocol = version === undefined ? asked : version === 1 ? 'version=1' : undefined;
  const child = spawn('git', ['http-backend'], {
    env: {
      ...ENVIRONMENT,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: decodeURIComponent(pathname),
      QUERY_STRING: search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      REMOTE_ADDR: '127.0.0.1',
      ...(request.headers['content-length'] ? { CONTENT_LENGTH: request.headers['content-length'] } : {}),
      ...(protocol ? { GIT_PROTOCOL: protocol } : {}),
    },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => {});
  request.pipe(child.stdin);
  response.on('close', () => child.kill());
  let head: Buffer | undefined = Buffer.alloc(0);
  child.stdout.on('data', (chunk: Buffer) => {
    if (!head) {
      if (!response.write(chunk)) {
        child.stdout.pause();
        response.once('drain', () => child.stdout.resume());
      }
      return;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    let status = 200;
    for (const line of head.toString('latin1', 0, end).split('\r\n')) {
      const [name = '', value = ''] = line.split(/: ?(.*)/s);
      if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.writeHead(status);
    if (head.length > end + 4) response.write(head.subarray(end + 4));
    head = undefined;
  });
  child.on('error', () => response.destroy());
  child.stdout.on('end', () => (head ? response.writeHead(500).end() : response.end()));
}
