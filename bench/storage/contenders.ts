import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keyOf, type Model, type ObjectServer, pathOf, uriOf, urlOf } from './s3.ts';

/** As ours by default. */
const PARALLEL = 8;

interface Run {
  command: string[];
  environment: NodeJS.ProcessEnv;
}

export interface Contender {
  name: string;
  /** What to run to bring the model into `target`, an empty folder. `work` takes what the command needs besides. */
  prepare(model: Model, server: ObjectServer, target: string, work: string): Promise<Run>;
}

const PATH = process.env['PATH'];

export function serval(bundle: string): Contender {
  return {
    name: 'serval-storage',
    prepare: async (model, server, target) => ({
      command: [process.execPath, bundle, uriOf(model), target],
      environment: { PATH, AWS_ENDPOINT_URL: server.url, AWS_DEFAULT_REGION: 'us-east-1' },
    }),
  };
}

/** KServe's package, called as its image's entry point calls it. */
export function kserve(python: string): Contender {
  return {
    name: 'kserve-storage',
    prepare: async (model, server, target) => ({
      command: [
        python,
        '-c',
        'import sys; from kserve_storage import Storage; Storage.download_files([sys.argv[1]], [sys.argv[2]])',
        uriOf(model),
        target,
      ],
      environment: {
        PATH,
        AWS_ENDPOINT_URL: server.url,
        AWS_DEFAULT_REGION: 'us-east-1',
        awsAnonymousCredential: 'true',
        S3_USE_HTTPS: '0',
      },
    }),
  };
}

/** As many transfers together; a single large object in as many ranges, each to a file of its own. */
export const curl: Contender = {
  name: 'curl',
  async prepare(model, server, target, work) {
    const list = join(work, 'curl.txt');
    await mkdir(join(target, model.prefix), { recursive: true });
    const lines = ['silent', 'fail', 'parallel', `parallel-max = ${PARALLEL}`];
    const transfer = (url: string, file: string) => lines.push(`url = "${url}"`, `output = "${join(target, file)}"`);
    if (model.count > 1) {
      for (let index = 0; index < model.count; index++) transfer(urlOf(server, model, index), keyOf(model, index));
    } else {
      const share = Math.ceil(model.sizeBytes / PARALLEL);
      for (let part = 0; part < PARALLEL; part++) {
        if (part > 0) lines.push('next', 'silent', 'fail');
        const end = Math.min(model.sizeBytes, (part + 1) * share) - 1;
        transfer(urlOf(server, model, 0), `${keyOf(model, 0)}.${part}`);
        lines.push(`range = ${part * share}-${end}`);
      }
    }
    await writeFile(list, `${lines.join('\n')}\n`);
    return { command: ['curl', '--config', list], environment: { PATH } };
  },
};

/** What the disk alone takes: no network, no check, not synced. */
export function cp(folder: string): Contender {
  return {
    name: 'cp',
    prepare: async (model, _server, target) => ({
      command: ['cp', '-r', '--reflink=never', join(pathOf(folder, model, 0), '..'), target],
      environment: { PATH },
    }),
  };
}
