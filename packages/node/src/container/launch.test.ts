import assert from 'node:assert/strict';
import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Container } from '@serval/kube/objects';
import { temporaryDirectory } from '../testing.ts';
import { type Launch, prepareLaunch } from './launch.ts';

async function launch(t: TestContext, spec: Partial<Container>): Promise<Launch & { directory: string }> {
  const directory = await temporaryDirectory(t);
  await mkdir(join(directory, 'models'));
  const container = { name: 'main', ...spec };
  const prepared = await prepareLaunch({
    pod: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'web', namespace: 'ns' },
      spec: { containers: [container] },
    },
    container,
    image: { command: ['/bin/echo', '/mnt/models'], env: { FROM_IMAGE: '/mnt/models', BOTH: 'image' } },
    facts: { podIP: '127.1.2.3', hostIP: '127.0.0.1', nodeName: 'here', allocatable: {} },
    source: { configMap: async () => undefined, secret: async () => undefined },
    volumes: new Map([['models', join(directory, 'models')]]),
    rootDirectory: join(directory, 'root'),
    terminationLog: join(directory, 'termination'),
    path: '/usr/bin:/bin',
    nodeEnv: { SERVAL_POD_ADDRESS: '127.1.2.3', BOTH: 'node' },
  });
  return { ...prepared, directory };
}
const volumeMounts = [{ name: 'models', mountPath: '/mnt/models/' }];

test("nothing of the platform's own environment reaches a container", async (t) => {
  const { env, directory } = await launch(t, {});
  assert.deepEqual(env, {
    PATH: '/usr/bin:/bin',
    HOME: join(directory, 'root'),
    TMPDIR: join(directory, 'root/tmp'),
    LANG: 'C.UTF-8',
    HOSTNAME: 'web',
    SERVAL_POD_ADDRESS: '127.1.2.3',
    FROM_IMAGE: '/mnt/models',
    BOTH: 'image',
  });
});

test("command replaces the image's words, args add to them, and mount paths lead to the volume", async (t) => {
  const args = ['--dir=/mnt/models', '$(A)/x', '$(FROM_IMAGE)', '/dev/termination-log'];
  const env = [{ name: 'A', value: '/mnt/models/iris' }];
  const one = await launch(t, { args, env, volumeMounts });
  const models = join(one.directory, 'models');
  const words = [`--dir=${models}`, `${models}/iris/x`, models, join(one.directory, 'termination')];
  assert.deepEqual(one.command, ['/bin/echo', '/mnt/models', ...words]);
  assert.equal(one.env['A'], `${models}/iris`);
  assert.deepEqual(one.inContainer(['cat', '/mnt/models/m']), ['cat', `${models}/m`]);
  assert.equal(one.asSpecified(`${models} holds no files`), '/mnt/models holds no files');
  const two = await launch(t, { command: ['true'], args: ['x'], volumeMounts });
  assert.deepEqual(two.command, ['true', 'x']);
});

test("the working directory is in the Pod's own, or in a volume", async (t) => {
  const plain = await launch(t, {});
  assert.equal(plain.workingDirectory, join(plain.directory, 'root'));
  const inside = await launch(t, { workingDir: '/app/src' });
  assert.equal(inside.workingDirectory, join(inside.directory, 'root/app/src'));
  assert.ok((await stat(inside.workingDirectory)).isDirectory());
  const mapped = await launch(t, { workingDir: '/mnt/models/', volumeMounts });
  assert.equal(mapped.workingDirectory, join(mapped.directory, 'models'));
  await assert.rejects(launch(t, { workingDir: '/app/../../..' }), /must not contain/);
});

test('a null byte is refused without printing what it stands in', async (t) => {
  const env = [{ name: 'TOKEN', value: 'hush\0' }];
  for (const [spec, message] of [
    [{ env }, 'environment variable TOKEN contains a null byte'],
    [{ args: ['hush\0'] }, 'the command contains a null byte'],
  ] as const) {
    await assert.rejects(launch(t, spec as Partial<Container>), { code: 'CreateContainerConfigError', message });
  }
});

test('a program that is not there is told before anything starts', async (t) => {
  await assert.rejects(launch(t, { command: ['no-such-program'] }), {
    code: 'StartError',
    message: /executable file not found in \$PATH/,
  });
  await assert.rejects(launch(t, { command: ['/no/such'] }), {
    code: 'StartError',
    message: /no such file or directory/,
  });
  await assert.rejects(launch(t, { command: [''] }), { code: 'CreateContainerError' });
});
